"""The tests; folders and names mirror the product's."""
