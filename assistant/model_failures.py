"""How an answer of a model fails beside the errors of its SDK."""


class CutStream(Exception):
    """The stream ended before the model had finished."""


class EmptyReply(Exception):
    """The model finished without text and without a tool call."""
