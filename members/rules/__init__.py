"""Law of persons, of elections, and of who may go on with what others began (rules §3, §6, §10). Pure."""
