"""The checks of lesson 02. Read them: they are the specification."""
