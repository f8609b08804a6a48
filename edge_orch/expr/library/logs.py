"""What pipelines of logs call functions elsewhere, and what to write here.

VRL, OTTL, Elastic's ingest pipelines, Splunk's SPL, Loki, jq, Miller.
"""

from __future__ import annotations

_ABSENT = "that needs data from elsewhere: send records to what knows it, by an output"
_CHANCE = "the same input gives the same output: make a key of the record, by sha256, or of device.id and a counter"
_PACKED = "what is compressed or coded so is unpacked before it comes here"
_SIDE = "write (CAST(split_part(x, '.', 1) AS int) << 24) | (… << 16) and so on"
_TYPE = "give the field a type where it is parsed; of type json, TRY_CAST(x ->> '$' AS int) IS NOT NULL"
_CASES = "write lower(regexp_replace(x, '([a-z0-9])([A-Z])', '\\1_\\2', 'g')) for snake_case"

LOGS = {
    # objects
    **dict.fromkeys(("unflatten", "dot_expander", "dot_expand", "json_inflate"), "write json_unflatten(x, '.')"),
    **dict.fromkeys(("to_entries", "key_values", "entries", "items", "obj_to_kvpair_array"), "write json_entries(x)"),
    **dict.fromkeys(
        ("from_entries", "object_from_array", "slicetomap", "map_from_entries"),
        "write list_merge(list_transform(x, e -> json_object(e ->> '$.key', e -> '$.value')))",
    ),
    **dict.fromkeys(
        ("with_entries", "mapexcept", "mapselect", "del_paths", "remove_field"),
        "write json_filter(x, (k, v) -> k NOT IN ('a', 'b')), json_rename or json_transform",
    ),
    **dict.fromkeys(("values", "map_entries"), "write x -> '$.*'"),
    **dict.fromkeys(("mapsum", "deep_merge", "add"), "write json_merge_patch(x, y); of a list list_merge(x)"),
    **dict.fromkeys(
        ("rename_field", "label_replace"), "write json_rename(x, (k, v) -> …), or map: {new: old} and drop"
    ),
    **dict.fromkeys(("set_field", "setpath"), "write a map step, or json_merge_patch(x, json_object('key', y))"),
    **dict.fromkeys(("has_field", "haskey", "has", "containsvalue"), "write x ->> '$.key' IS NOT NULL"),
    **dict.fromkeys(
        ("encode_key_value", "encode_logfmt", "tokeyvaluestring"),
        "write array_to_string(list_transform(json_entries(x), e -> (e ->> '$.key') || '=' || (e ->> '$.value')), ' ')",
    ),
    **dict.fromkeys(("encode_csv",), "join texts with ||, and let them leave by an output's line"),
    # parsing
    **dict.fromkeys(("parse_query_string",), "write a parse step: key_value: {field_delimiter: '&'}"),
    **dict.fromkeys(
        ("parse_duration", "parseduration", "duration", "parse_bytes", "humanize_bytes"),
        "write CAST(regexp_extract(x, '^[0-9.]+', 0) AS float) * CASE WHEN ends_with(x, 'ms') THEN 0.001 … END",
    ),
    **dict.fromkeys(
        (
            "parse_tokens",
            "parse_glog",
            "parse_klog",
            "parse_aws_alb_log",
            "parse_aws_vpc_flow_log",
            "parse_linux_authorization",
            "parse_ruby_hash",
            "parsecsv",
            "parsekeyvalue",
            "parsexml",
            "extractpatterns",
            "extractgrokpatterns",
            "key_value",
            "rex",
            "spath",
            "unpack",
            "uri_parts",
            "url",
            "parse_influxdb",
        ),
        "read it with a parse step, in its format: grok, regex, csv, key_value, xml …",
    ),
    **dict.fromkeys(("format_int",), "write to_base(x, 2)"),
    **dict.fromkeys(
        ("replace_pattern", "replace_match", "replace_with", "sub", "ssub", "strip_ansi_escape_codes"),
        "write regexp_replace(x, 'regex', 'new', 'g')",
    ),
    **dict.fromkeys(("regextract", "regextract_or_else", "scan", "sieve"), "write regexp_extract(x, 'regex', group)"),
    **dict.fromkeys(("basename",), "write regexp_extract(x, '[^/]*$', 0)"),
    **dict.fromkeys(("dirname",), "write regexp_extract(x, '^(.*)/[^/]*$', 1)"),
    **dict.fromkeys(("split_string", "tokenize", "splitax", "splits", "chunks"), "write string_split(x, ',')"),
    **dict.fromkeys(("ltrimstr", "rtrimstr"), "write regexp_replace(x, '^prefix', '')"),
    **dict.fromkeys(("hasprefix",), "write starts_with(x, 'a')"),
    **dict.fromkeys(("hassuffix",), "write ends_with(x, 'a')"),
    **dict.fromkeys(("contains_all",), "write contains(x, 'a') AND contains(x, 'b')"),
    **dict.fromkeys(("ismatch", "match_array", "test"), "write regexp_like(x, 'regex')"),
    **dict.fromkeys(("tolowercase", "ascii_downcase"), "write lower(x)"),
    **dict.fromkeys(("touppercase", "ascii_upcase"), "write upper(x)"),
    **dict.fromkeys(
        (
            "camelcase",
            "kebabcase",
            "pascalcase",
            "screamingsnakecase",
            "snakecase",
            "tosnakecase",
            "tocamelcase",
            "converttocase",
        ),
        _CASES,
    ),
    **dict.fromkeys(("base64decode",), "write from_base64(x)"),
    **dict.fromkeys(("encode_base16",), "write base64_to_hex(to_base64(x))"),
    # what something is
    **dict.fromkeys(("is_empty", "is_nullish", "isblank", "is_absent"), "write coalesce(trim(x), '') IN ('', '-')"),
    **dict.fromkeys(("is_present",), "write x IS NOT NULL"),
    **dict.fromkeys(("is_json",), "write json_valid(x)"),
    **dict.fromkeys(
        (
            "is_boolean",
            "is_timestamp",
            "isbool",
            "isdouble",
            "isint",
            "ismap",
            "islist",
            "isstring",
            "isnum",
            "isnumeric",
        ),
        _TYPE,
    ),
    **dict.fromkeys(("to_long",), "write CAST(x AS int)"),
    **dict.fromkeys(("to_double", "num"), "write CAST(x AS float)"),
    # addresses
    **dict.fromkeys(("ip_subnet", "anonymize_ip", "set_masklen", "network"), "write ip_network(ip, 24)"),
    **dict.fromkeys(
        ("is_ipv4", "is_ipv6", "is_ip", "ip_version", "to_ip"),
        "write in_network(ip, '0.0.0.0/0'), of IPv6 in_network(ip, '::/0'): NULL if it is no address",
    ),
    **dict.fromkeys(("ip_aton", "ipv42num", "ip_pton"), _SIDE),
    **dict.fromkeys(("ip_ntoa", "num2ipv4", "ip_ntop"), "write (n >> 24) || '.' || ((n >> 16) & 255) and so on"),
    # lists
    **dict.fromkeys(("pop",), "write list_slice(x, 1, -2)"),
    **dict.fromkeys(("mvcount",), "write json_array_length(x)"),
    **dict.fromkeys(("mvjoin", "joink", "joinv"), "write array_to_string(x, ', ')"),
    **dict.fromkeys(("mvindex",), "write x ->> '$[0]'"),
    **dict.fromkeys(("mvfilter",), "write list_filter(x, e -> …)"),
    **dict.fromkeys(("tally", "tally_value"), "in an aggregate, write histogram(x)"),
    **dict.fromkeys(("all",), "write json_array_length(list_filter(x, e -> …)) = json_array_length(x)"),
    # times
    **dict.fromkeys(("from_unix_timestamp", "todate", "sec2gmt"), "write to_timestamp(x), or make_timestamp_ms(x)"),
    **dict.fromkeys(("unix", "unixseconds", "gmt2sec", "fromdate"), "write extract(epoch FROM ts)"),
    **dict.fromkeys(("unixmilli", "milliseconds"), "write epoch_ms(ts)"),
    **dict.fromkeys(("unixmicro", "microseconds"), "write epoch_us(ts)"),
    **dict.fromkeys(("unixnano", "nanoseconds"), "write epoch_us(ts) * 1000"),
    **dict.fromkeys(("seconds", "minutes", "hours"), "write date_diff('second', a, b)"),
    **dict.fromkeys(("formattime",), "write strftime(ts, '%Y-%m-%d')"),
    **dict.fromkeys(
        ("parse_date", "parsedate", "flex_parse_date"),
        "write coalesce(TRY_CAST(x AS timestamp), strptime(x, '%d/%b/%Y %H:%M:%S'))",
    ),
    **dict.fromkeys(("timeslice", "truncatetime", "bin"), "write time_bucket('5m', ts)"),
    # not here
    **dict.fromkeys(
        (
            "parse_user_agent",
            "useragent",
            "user_agent",
            "reverse_dns",
            "dns_lookup",
            "dns",
            "community_id",
            "registered_domain",
            "network_direction",
            "parse_etld",
            "parent_domain",
            "http_request",
        ),
        _ABSENT,
    ),
    **dict.fromkeys(("random_bool", "random_bytes", "random_float", "random_int", "uuid_v4", "uuid_v7"), _CHANCE),
    **dict.fromkeys(
        (
            "decode_gzip",
            "decode_zlib",
            "decode_zstd",
            "decode_lz4",
            "decode_charset",
            "decode_punycode",
            "decode_mime_q",
            "encode_gzip",
        ),
        _PACKED,
    ),
    **dict.fromkeys(("crc", "murmurhash", "murmur3hash", "fingerprint"), "write md5(x), sha1(x) or sha256(x)"),
    **dict.fromkeys(("anonymize", "encrypt_ip", "decrypt_ip"), "write a mask step"),
    **dict.fromkeys(
        ("luhn", "isvalidluhn"), "write a regexp_like of the card numbers' form; a check digit is not computed"
    ),
    **dict.fromkeys(("parseseverity", "to_syslog_facility", "to_syslog_facility_code"), "write CASE, or a lookup step"),
    **dict.fromkeys(("line_format", "label_format"), "write a map step, and let the text leave by an output's line"),
}
