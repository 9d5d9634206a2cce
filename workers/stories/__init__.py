"""Tell whether two articles are copies of one text or report one event. Pure."""
