"""An intake that leaves the desk: `record.exported` makes one structure, each format is a small
function of it."""
