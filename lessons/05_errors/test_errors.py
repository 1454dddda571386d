"""The checks of lesson 05. Read them: they are the specification."""
