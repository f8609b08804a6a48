"""What is said of each element of a list, or member of an object: `x -> …`, `(k, v) -> …`, `lambda k, v: …`."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.parser import Parser
from sqlglot.tokens import TokenType

OVER_ELEMENTS = (
    "list_filter", "list_transform", "array_filter", "array_transform", "list_apply",
    "json_filter", "json_transform", "json_rename",
)  # fmt: skip
"""Calls in which `->` stands behind the names of an element or member; elsewhere it looks into JSON."""


class ElementParser(Parser):
    """The part of a parser that reads such calls."""

    def over_elements(self, name: str) -> exp.Expression:
        """The call, behind its opening bracket: an `exp.Anonymous` whose second argument is an `exp.Lambda`."""
        args = [self._parse_disjunction()]
        while self._match(TokenType.COMMA):
            said = self._parse_said() if len(args) == 1 else None
            args.append(said or self._parse_disjunction())
        return self.expression(exp.Anonymous, this=name, expressions=[arg for arg in args if arg])

    def _parse_said(self) -> exp.Expression | None:
        index = self._index
        sign = TokenType.COLON if self._match_text_seq("LAMBDA") else TokenType.ARROW
        bracket = sign is TokenType.ARROW and self._match(TokenType.L_PAREN)
        several = bracket or sign is TokenType.COLON
        names = self._parse_csv(self._parse_lambda_arg) if several else [self._parse_lambda_arg()]
        closed = self._match(TokenType.R_PAREN) if bracket else True
        if closed and all(names) and self._match(sign):
            return self.expression(exp.Lambda, this=self._parse_disjunction(), expressions=names)
        self._retreat(index)
        return None
