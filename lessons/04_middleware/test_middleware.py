"""The checks of lesson 04. Read them: they are the specification."""
