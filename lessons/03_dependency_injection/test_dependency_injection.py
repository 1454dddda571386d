"""The checks of lesson 03. Read them: they are the specification."""
