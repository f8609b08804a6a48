"""CASE: each WHEN has its THEN, which sqlglot reads without one as well."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.parser import Parser
from sqlglot.tokens import TokenType


class CaseParser(Parser):
    """The part of a parser that reads a CASE, behind that word."""

    def case(self) -> exp.Expression | None:
        """The CASE. Raises `ParseError` at one without a WHEN, and at a WHEN without its THEN."""
        start, word = self._index, self._prev
        rest = [token.token_type for token in self._tokens[start:]]
        if TokenType.WHEN not in rest and TokenType.DOT not in rest[:1]:
            self.raise_error("Expected WHEN", word)
        found = self._parse_case()
        waiting = None
        depth = 0
        for token in self._tokens[start : self._index]:
            depth += (token.token_type is TokenType.CASE) - (token.token_type is TokenType.END)
            if depth == 0 and token.token_type is TokenType.THEN:
                waiting = None
            elif depth == 0 and token.token_type in {TokenType.WHEN, TokenType.ELSE}:
                if waiting:
                    break
                waiting = token if token.token_type is TokenType.WHEN else None
        if waiting:
            self.raise_error("Expected THEN", waiting)
        return found
