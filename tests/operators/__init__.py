"""What operators' commands do: back up, restore, upgrade, look after."""
