"""Follows an expression as jq would run it, with places of a row in place of values."""

from collections.abc import Callable, Mapping
from functools import partial

from port.mapping.expressions import Pieces, UnclearError, name_in, put_into
from port.mapping.jq_places import LIST, PLAIN, ROW, Reads, Value, items_of, listed, part

_LITERALS = frozenset(("null", "true", "false"))
_NEVER = frozenset(("def", "import", "include", "label", "reduce", "foreach", "input", "inputs"))
_SAYS_NOTHING = frozenset(("length", "not", "type", "empty", "any", "all", "now", *_LITERALS))
_HANDS_ON = frozenset(("reverse", "values", "objects", "arrays", "first", "last", "add"))
_OF_ITEMS = frozenset(("first", "last", "add"))
_BY_ARGUMENTS = frozenset(("has", "first", "last", "limit", "isempty", "range", "error"))
_BY_ITEMS = frozenset(("sort_by", "unique_by"))


def follow(expression: str, reads: Reads, item: Value = PLAIN) -> Value:
    """Where what the expression gives for a row comes from; `item` is the row's `.item`.

    Raises UnclearError.
    """
    return _Follower(expression, reads, item, {}).all(frozenset((ROW,)))


class _Follower(Pieces):
    """Reads an expression from left to right, and follows each piece once."""

    def __init__(
        self, expression: str, reads: Reads, item: Value, variables: Mapping[str, Value]
    ) -> None:
        super().__init__(expression)
        self._reads = reads
        self._item = item
        self._variables = dict(variables)

    def all(self, given: Value) -> Value:
        """The whole expression."""
        value = self._pipe(given)
        if self.next()[0] != "end":
            raise UnclearError
        return value

    # From what binds least to what binds most

    def _pipe(self, given: Value) -> Value:
        value = self._several(given)
        while self.accept("|"):
            value = self._several(value)
        return value

    def _several(self, given: Value) -> Value:
        value = self._alternative(given)
        while self.accept(","):
            value |= self._alternative(given)
        return value

    def _alternative(self, given: Value) -> Value:
        value = self._logic(given)
        while self.accept("//"):
            value |= self._logic(given)
        return value

    def _logic(self, given: Value) -> Value:
        value = self._comparison(given)
        while self.next() in (("word", "and"), ("word", "or")):
            self.take()
            self._comparison(given)
            value = PLAIN
        return value

    def _comparison(self, given: Value) -> Value:
        left, left_is_literal = self._operand(given)
        if self.next()[1] not in ("==", "!=", "<", "<=", ">", ">=") or self.next()[0] == "string":
            return left
        self.take()
        right, right_is_literal = self._operand(given)
        # No other issue equals a text or a null: nothing of it has to be looked at.
        if not (left_is_literal or right_is_literal):
            self._reads.whole(left | right)
        return PLAIN

    def _operand(self, given: Value) -> tuple[Value, bool]:
        begins = self.at
        value = self._sum(given)
        kind, text = self.tokens[begins]
        literal = kind in ("string", "number") or (kind == "word" and text in _LITERALS)
        return value, literal and self.at == begins + 1

    def _sum(self, given: Value) -> Value:
        value = self._product(given)
        while self.next() in (("operator", "+"), ("operator", "-")):
            taken = self.take()[1] == "-"
            more = self._product(given)
            if taken:
                self._reads.whole(value | more)
            value |= more
        return value

    def _product(self, given: Value) -> Value:
        value = self._term(given)
        while self.next() in (("operator", "*"), ("operator", "/"), ("operator", "%")):
            self.take()
            self._reads.whole(value | self._term(given))
            value = PLAIN
        return value

    def _term(self, given: Value) -> Value:
        value = self._primary(given)
        while True:
            kind, text = self.next()
            if kind == "path":
                value = self._named(value, self.take()[1][1:])
            elif kind == "dot":
                self.take()
                value = self._after_dot(value, given)
            elif (kind, text) == ("open", "["):
                value = self._bracket(value, given)
            elif (kind, text) == ("operator", "?"):
                self.take()
            elif (kind, text) == ("word", "as"):
                return self._binding(value, given)
            else:
                return value

    def _binding(self, value: Value, given: Value) -> Value:
        self.expect("as")
        kind, name = self.take()
        if kind != "variable":
            raise UnclearError
        self.expect("|")
        before = self._variables
        self._variables = {**before, name: value}
        found = self._pipe(given)
        self._variables = before
        return found

    def _primary(self, given: Value) -> Value:
        kind, text = self.take()
        if kind == "path":
            return self._named(given, text[1:])
        if kind == "dot":
            following = self.next()
            if following[0] == "string" or following == ("open", "["):
                return self._after_dot(given, given)
            return given
        if kind == "string":
            self._text(text, given)
            return PLAIN
        if kind == "number":
            return PLAIN
        if kind == "variable" and text in self._variables:
            return self._variables[text]
        if kind == "recurse":
            self._reads.whole(given)
            return PLAIN
        if (kind, text) == ("operator", "-"):
            self._reads.whole(self._term(given))
            return PLAIN
        if kind == "word":
            return self._word(text, given)
        if text == "(":
            value = self._pipe(given)
            self.expect(")")
            return value
        if text == "[":
            value = PLAIN if self.next()[1] == "]" else self._pipe(given)
            self.expect("]")
            return listed(value)
        if text == "{":
            return self._object(given)
        raise UnclearError

    def _word(self, name: str, given: Value) -> Value:
        if name in _NEVER:
            raise UnclearError
        if name == "if":
            return self._condition(given)
        if name == "try":
            value = self._term(given)
            return value | self._term(PLAIN) if self.accept("catch") else value
        if not self.accept("("):
            return self._bare(name, given)
        return self._called(name, given)

    def _condition(self, given: Value) -> Value:
        self._pipe(given)
        self.expect("then")
        value = self._pipe(given)
        if self.accept("elif"):
            return value | self._condition(given)
        value |= self._pipe(given) if self.accept("else") else given
        self.expect("end")
        return value

    def _bare(self, name: str, given: Value) -> Value:
        if name in _SAYS_NOTHING:
            return PLAIN
        if name in _OF_ITEMS:
            return self._items(given)
        if name in _HANDS_ON:
            return given
        self._reads.whole(given)
        return PLAIN

    def _called(self, name: str, given: Value) -> Value:
        """A function with arguments, after its parenthesis."""
        if name in ("map", "map_values"):
            return listed(self._arguments(self._items(given)))
        if name == "select":
            self._arguments(given)
            return given
        if name in ("any", "all"):
            self._arguments(self._items(given))
            return PLAIN
        if name in _BY_ITEMS:
            self._reads.whole(self._arguments(self._items(given)))
            return given
        # Whatever else it does with what it is given, and with its arguments.
        if name not in _BY_ARGUMENTS:
            self._reads.whole(given)
        self._reads.whole(self._arguments(given))
        return PLAIN

    def _arguments(self, given: Value) -> Value:
        value = self._pipe(given)
        while self.accept(";"):
            value |= self._pipe(given)
        self.expect(")")
        return value

    def _object(self, given: Value) -> Value:
        value = PLAIN
        while not self.accept("}"):
            value |= self._entry(given)
            if self.next()[1] != "}":
                self.expect(",")
        return listed(value)

    def _entry(self, given: Value) -> Value:
        kind, text = self.take()
        if text == "(":
            self._reads.whole(self._pipe(given))
            self.expect(")")
            short: Callable[[], Value] | None = None
        elif kind == "word":
            short = partial(self._named, given, text)
        elif kind == "string":
            short = partial(self._named, given, name_in(text))
        elif kind == "variable" and text in self._variables:
            short = partial(self._variables.__getitem__, text)
        else:
            raise UnclearError
        if not self.accept(":"):
            if short is None:
                raise UnclearError
            return short()
        value = self._alternative(given)
        while self.accept("|"):
            value = self._alternative(value)
        return value

    # Parts of values

    def _after_dot(self, value: Value, given: Value) -> Value:
        kind, text = self.next()
        if kind == "string":
            self.take()
            return self._named(value, name_in(text))
        return self._bracket(value, given)

    def _bracket(self, value: Value, given: Value) -> Value:
        self.expect("[")
        if self.accept("]"):
            return self._items(value)
        kind, text = self.next()
        if kind == "string" and self.tokens[self.at + 1] == ("close", "]"):
            self.at += 2
            return self._named(value, name_in(text))
        sliced = False
        while not self.accept("]"):
            if self.accept(":"):
                sliced = True
            else:
                self._reads.whole(self._pipe(given))
        if sliced:
            self._reads.whole(frozenset(place for place in value if place[0] != LIST))
            return value
        return self._items(value)

    def _items(self, value: Value) -> Value:
        """Whatever is inside; of what is no list that is all of it."""
        self._reads.whole(frozenset(place for place in value if place[0] != LIST))
        return items_of(value)

    def _named(self, value: Value, name: str) -> Value:
        return frozenset(
            found for place in value for found in part(place, name, self._reads, self._item)
        )

    def _text(self, text: str, given: Value) -> None:
        """Follow what is put into a text."""
        for inside in put_into(text):
            inner = _Follower(inside, self._reads, self._item, self._variables)
            self._reads.whole(inner.all(given))
