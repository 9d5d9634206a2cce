"""Tools for language models over the Model Context Protocol: they ask the API, with its token, and see nothing else."""
