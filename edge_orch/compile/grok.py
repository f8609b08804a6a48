"""Grok: regular expressions out of named patterns, as Logstash, Benthos and Vector write them for lines of logs.

The patterns take what those of the same name take there, in a form whose time on any text is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from edge_orch.compile.grok_lines import LINES
from edge_orch.compile.groups import NAME
from edge_orch.errors import Invalid, Problem
from edge_orch.spec.leaves import Name, Text
from edge_orch.spec.nodes import Scalar
from edge_orch.spec.words import did_you_mean, names

PATTERNS: dict[str, str] = {
    "WORD": r"\b\w+\b",
    "NOTSPACE": r"\S+",
    "SPACE": r"\s*",
    "DATA": r".*?",
    "GREEDYDATA": r".*",
    "INT": r"[+-]?[0-9]+",
    "POSINT": r"\b[1-9][0-9]*\b",
    "NONNEGINT": r"\b[0-9]+\b",
    "NUMBER": r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)",
    "BASE10NUM": r"%{NUMBER}",
    "BASE16NUM": r"[+-]?(?:0x)?[0-9A-Fa-f]+",
    "BASE16FLOAT": r"[+-]?(?:0x)?(?:[0-9A-Fa-f]+(?:\.[0-9A-Fa-f]*)?|\.[0-9A-Fa-f]+)",
    "QUOTEDSTRING": r'(?:"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\')',
    "QS": r"%{QUOTEDSTRING}",
    "UUID": r"[A-Fa-f0-9]{8}-(?:[A-Fa-f0-9]{4}-){3}[A-Fa-f0-9]{12}",
    "URN": r"urn:[0-9A-Za-z][0-9A-Za-z-]{0,31}:[0-9A-Za-z%()+,.:=@;$_!*'/?#-]+",
    "USERNAME": r"[a-zA-Z0-9._-]+",
    "USER": r"%{USERNAME}",
    "EMAILLOCALPART": r"[a-zA-Z0-9!#$%&'*+/=?^_`{|}~.-]+",
    "EMAILADDRESS": r"%{EMAILLOCALPART}@[0-9A-Za-z._-]+",
    "HTTPDUSER": r"[a-zA-Z0-9._@+-]+",
    "CISCOMAC": r"(?:[A-Fa-f0-9]{4}\.){2}[A-Fa-f0-9]{4}",
    "WINDOWSMAC": r"(?:[A-Fa-f0-9]{2}-){5}[A-Fa-f0-9]{2}",
    "COMMONMAC": r"(?:[A-Fa-f0-9]{2}:){5}[A-Fa-f0-9]{2}",
    "MAC": r"(?:[A-Fa-f0-9]{2}[:-]){5}[A-Fa-f0-9]{2}|%{CISCOMAC}",
    "IPV4": r"(?<![0-9])(?:(?:2(?:5[0-5]?|[0-4][0-9]?|[6-9])?|[01][0-9]{0,2}|[3-9][0-9]?)\.){3}"
    r"(?:2(?:5[0-5]?|[0-4][0-9]?|[6-9])?|[01][0-9]{0,2}|[3-9][0-9]?)(?![0-9])",
    "IPV6": r"[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]*(?:\.[0-9]{1,3}){0,3}",
    "IP": r"(?:%{IPV4}|%{IPV6})",
    "HOSTNAME": r"\b[0-9A-Za-z][0-9A-Za-z._-]*",
    "HOST": r"%{HOSTNAME}",
    "IPORHOST": r"(?:%{IPV6}|%{HOSTNAME})",
    "HOSTPORT": r"%{IPORHOST}:%{POSINT}",
    "UNIXPATH": r"/[^\s:]*",
    "WINPATH": r"(?:[A-Za-z]:|\\)\\[^\s?*]*",
    "PATH": r"(?:%{UNIXPATH}|%{WINPATH})",
    "TTY": r"/dev/(?:pts|tty)[A-Za-z]*/?[0-9]+",
    "URIPROTO": r"[A-Za-z][A-Za-z0-9+.-]*",
    "URIHOST": r"%{IPORHOST}(?::%{POSINT})?",
    "URIPATH": r"/[^\s?#]*",
    "URIQUERY": r"[^\s#]*",
    "URIPARAM": r"\?%{URIQUERY}",
    "URIPATHPARAM": r"%{URIPATH}(?:%{URIPARAM})?",
    "URI": r"%{URIPROTO}://(?:%{USER}(?::[^@\s]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?",
    "MONTH": r"\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:tember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b",
    "MONTHNUM": r"(?:0?[1-9]|1[0-2])",
    "MONTHNUM2": r"(?:0[1-9]|1[0-2])",
    "MONTHDAY": r"(?:0[1-9]|[12][0-9]|3[01]|[1-9])",
    "DAY": r"(?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)",
    "YEAR": r"(?:[0-9]{4}|[0-9]{2})",
    "HOUR": r"(?:2[0123]|[01]?[0-9])",
    "MINUTE": r"[0-5][0-9]",
    "SECOND": r"(?:[0-5]?[0-9]|60)(?:[:.,][0-9]+)?",
    "ISO8601_SECOND": r"%{SECOND}",
    "TIME": r"%{HOUR}:%{MINUTE}(?::%{SECOND})?",
    "ISO8601_TIMEZONE": r"(?:Z|[+-]%{HOUR}(?::?%{MINUTE})?)",
    "TIMESTAMP_ISO8601": r"%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?"
    r"(?:%{ISO8601_TIMEZONE})?",
    "DATE_US": r"%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}",
    "DATE_EU": r"%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}",
    "DATE": r"(?:%{DATE_US}|%{DATE_EU})",
    "DATESTAMP": r"%{DATE}[- ]%{TIME}",
    "TZ": r"(?:[APMCE][SD]T|UTC)",
    "DATESTAMP_RFC822": r"%{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ}",
    "DATESTAMP_RFC2822": r"%{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE}",
    "DATESTAMP_OTHER": r"%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR}",
    "DATESTAMP_EVENTLOG": r"%{YEAR}%{MONTHNUM2}%{MONTHDAY}%{HOUR}%{MINUTE}%{SECOND}",
    "HTTPDERROR_DATE": r"%{DAY} %{MONTH} +%{MONTHDAY} %{TIME} %{YEAR}",
    "HTTPDATE": r"%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}",
    "SYSLOGTIMESTAMP": r"%{MONTH} +%{MONTHDAY} %{TIME}",
    "SYSLOGHOST": r"%{IPORHOST}",
    "PROG": r"[^\s\[\]:]+",
    "SYSLOGPROG": r"%{PROG:program}(?:\[%{POSINT:pid}\])?",
    "SYSLOGFACILITY": r"<%{NONNEGINT:facility}\.%{NONNEGINT:priority}>",
    "SYSLOGBASE": r"%{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} %{SYSLOGPROG}:",
    "LOGLEVEL": r"(?i:alert|trace|debug|notice|info(?:rmation)?|warn(?:ing)?|err(?:or)?|crit(?:ical)?|fatal|severe"
    r"|emerg(?:ency)?)",
    "JAVACLASS": r"[a-zA-Z$_][a-zA-Z$_0-9.]*",
    "JAVAFILE": r"[A-Za-z0-9_.$ -]+",
    "JAVAMETHOD": r"(?:<(?:cl)?init>|[a-zA-Z$_][a-zA-Z$_0-9]*)",
    "JAVASTACKTRACEPART": r"\s*at %{JAVACLASS:class}\.%{JAVAMETHOD:method}\(%{JAVAFILE:file}(?::%{INT:line})?\)",
    "JAVALOGMESSAGE": r".*",
    "JAVATHREAD": r"[A-Z]{2}-Processor[0-9]+",
    "GREEDYMULTILINE": r"(?s:.*)",
    "COMMONAPACHELOG": r"%{IPORHOST:clientip} %{HTTPDUSER:ident} %{HTTPDUSER:auth} \[%{HTTPDATE:timestamp}\] "
    r'"(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|(?P<rawrequest>[^"]*))" '
    r"%{NUMBER:response} (?:%{NUMBER:bytes}|-)",
    "COMBINEDAPACHELOG": r"%{COMMONAPACHELOG} %{QS:referrer} %{QS:agent}",
    "HTTPD_COMMONLOG": r"%{COMMONAPACHELOG}",
    "HTTPD_COMBINEDLOG": r"%{COMBINEDAPACHELOG}",
    "HTTPD20_ERRORLOG": r"\[%{HTTPDERROR_DATE:timestamp}\] \[%{LOGLEVEL:loglevel}\] "
    r"(?:\[client %{IPORHOST:clientip}\] )?%{GREEDYDATA:message}",
    "HTTPD24_ERRORLOG": r"\[%{HTTPDERROR_DATE:timestamp}\] \[%{WORD:module}:%{LOGLEVEL:loglevel}\] "
    r"\[pid %{POSINT:pid}(?::tid %{NUMBER:tid})?\](?: \(%{POSINT:proxy_errorcode}\)%{DATA:proxy_message}:)?"
    r"(?: \[client %{IPORHOST:clientip}:%{POSINT:clientport}\])?(?: (?P<errorcode>[^: ]+):)? %{GREEDYDATA:message}",
    "HTTPD_ERRORLOG": r"(?:%{HTTPD20_ERRORLOG}|%{HTTPD24_ERRORLOG})",
    **LINES,
}
_REFERENCE = re.compile(r"%\{(?P<pattern>\w+)(?::(?P<name>[^:}]*))?(?::(?:int|long|float|double|string|boolean))?\}")
_NAMES = "letters, digits and _, perhaps with dots, or [source][ip]"
_NEXT = re.compile(r"(?:\\([^\w\s])|([^\\%()\[\]{}*+?|^$.]))(?![?*{])")  # a character that must stand there
_ANYTHING = re.compile(r"\((?:\?:)?\.((?:\|(?:\\[nrts]|[\n\r\t]))+)\)")  # (.|\n|\t), as Elastic writes it
_LONGEST = 50_000


def expanded(text: Text, own: Mapping[Name, Text], *, short_data: bool = False) -> Text:
    """The regular expression that a grok pattern stands for. Raises `Invalid` at the reference that cannot be followed.

    `own`: the patterns that the job defines itself. The type in `%{INT:n:int}` says nothing: fields have types.
    `short_data`: what DATA takes ends at the first character that is written out behind it. An alternative of a dot and
    blanks becomes one character: two ways to read a tab would double the time with each one.
    """
    whole = {reference.start() for reference in _REFERENCE.finditer(text.value)}
    broken = next((at.start() for at in re.finditer(r"%\{", text.value) if at.start() not in whole), None)
    if broken is not None:
        what = "a reference to a pattern that is cut off"
        next_step = "close it with }; a field's name has letters, digits and _"
        raise Invalid(Problem(what, text.node.at(broken), "%{PATTERN} or %{PATTERN:field}", "", next_step))
    known = PATTERNS | {name.value: pattern.value for name, pattern in own.items()}
    found = _expanded(text, text.value, known, (), short_data=short_data and known["DATA"] == PATTERNS["DATA"])
    found = _ANYTHING.sub(_any_character, found)
    return Text(found, Scalar(found, text.where, plain=False))


def _any_character(alternatives: re.Match[str]) -> str:
    return "((?s:.))" if re.search(r"\\[ns]|\n", alternatives[1]) else "(.)"


def _expanded(text: Text, pattern: str, known: Mapping[str, str], inside: tuple[str, ...], *, short_data: bool) -> str:
    parts, end = [], 0
    for reference in _REFERENCE.finditer(pattern):
        where = text.where if inside else text.node.at(reference.start())
        kind, name = reference["pattern"], reference["name"]
        if kind not in known:
            what = f"no grok pattern is named `{kind}`"
            next_step = did_you_mean(kind, known, "define it beside the pattern: patterns: {" + kind + ": …}")
            raise Invalid(Problem(what, where, f"one of: {names(known)}", "", next_step))
        if kind in inside:
            raise Invalid(Problem(f"the grok pattern `{kind}` contains itself", where))
        if name and not re.fullmatch(NAME, name):
            raise Invalid(Problem("not a name of a field", where, _NAMES, repr(name)))
        following = _NEXT.match(pattern, reference.end()) if short_data and kind == "DATA" else None
        if following:
            inner = f"[^{re.escape(following[1] or following[2])}]*?"
        else:
            inner = _expanded(text, known[kind], known, (*inside, kind), short_data=short_data)
        parts += [pattern[end : reference.start()], f"(?P<{name}>{inner})" if name else f"(?:{inner})"]
        end = reference.end()
    found = "".join([*parts, pattern[end:]])
    if len(found) > _LONGEST:
        raise Invalid(Problem("the grok pattern is too large", text.where, f"at most {_LONGEST:,} characters in all"))
    return found
