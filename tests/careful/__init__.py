"""An app as it should be: one model on every road. `docs/adding.md` quotes these files, and the guards walk them."""
