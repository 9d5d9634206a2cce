"""Find the names in an article and say what they are: rules and a gazetteer, no learning. Pure."""
