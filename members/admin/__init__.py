"""党员, 班子职务, 党小组 and 任期 in the back office."""
