"""Small programs for people who work on Ownpace; the product never imports them."""
