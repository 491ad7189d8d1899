"""The answers of the verbs as documents: one module a verb, each handing a `Document` to the faces."""
