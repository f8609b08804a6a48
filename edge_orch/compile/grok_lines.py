"""Grok patterns of whole lines, as some programs write them; names of fields are those that Logstash gives them."""

from __future__ import annotations

_REQUEST = r"(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|(?P<rawrequest>[^\"]*))"
_PROXIED = (
    r"(?:%{SYSLOGTIMESTAMP:syslog_timestamp}|%{TIMESTAMP_ISO8601:timestamp8601}) %{SYSLOGHOST:syslog_server} "
    r"%{SYSLOGPROG}: "
)
_WAY = (
    r"%{IP:client_ip}:%{INT:client_port} \[(?P<accept_date>[^\]]+)\] %{NOTSPACE:frontend_name} "
    r"(?P<backend_name>[^\s/]+)/%{NOTSPACE:server_name} "
)
_LOAD = (
    r"(?P<termination_state>\S+) %{INT:actconn}/%{INT:feconn}/%{INT:beconn}/%{INT:srvconn}/%{NOTSPACE:retries} "
    r"%{INT:srv_queue}/%{INT:backend_queue}"
)

LINES: dict[str, str] = {
    "HAPROXYHTTP": _PROXIED + r"%{HAPROXYHTTPBASE}",
    "HAPROXYHTTPBASE": _WAY
    + r"%{INT:time_request}/%{INT:time_queue}/%{INT:time_backend_connect}/%{INT:time_backend_response}/"
    r"%{NOTSPACE:time_duration} %{INT:http_status_code} %{NOTSPACE:bytes_read} %{NOTSPACE:captured_request_cookie} "
    r"%{NOTSPACE:captured_response_cookie} "
    + _LOAD
    + r"(?: \{(?P<captured_request_headers>[^}]*)\})?(?: \{(?P<captured_response_headers>[^}]*)\})? "
    r'"(?:<BADREQ>|%{WORD:http_verb} (?P<http_request>[^\s"]+)(?: HTTP/%{NUMBER:http_version})?)"?',
    "HAPROXYTCP": _PROXIED
    + _WAY
    + r"%{INT:time_queue}/%{INT:time_backend_connect}/%{NOTSPACE:time_duration} %{NOTSPACE:bytes_read} "
    + _LOAD,
    "S3_ACCESS_LOG": r"%{WORD:owner} %{NOTSPACE:bucket} \[%{HTTPDATE:timestamp}\] %{IP:clientip} %{NOTSPACE:requester} "
    rf'%{{NOTSPACE:request_id}} %{{NOTSPACE:operation}} %{{NOTSPACE:key}} (?:"{_REQUEST}"|-) (?:%{{INT:response}}|-) '
    r"(?:-|%{NOTSPACE:error_code}) (?:%{INT:bytes}|-) (?:%{INT:object_size}|-) (?:%{INT:request_time_ms}|-) "
    r"(?:%{INT:turnaround_time_ms}|-) (?:%{QS:referrer}|-) (?:%{QS:agent}|-) (?:-|%{NOTSPACE:version_id})(?: .*)?",
    "ELB_ACCESS_LOG": r"%{TIMESTAMP_ISO8601:timestamp} %{NOTSPACE:elb} %{IPV4:clientip}:%{INT:clientport} "
    r"(?:%{IPV4:backendip}:%{INT:backendport}|-) %{NUMBER:request_processing_time} %{NUMBER:backend_processing_time} "
    r"%{NUMBER:response_processing_time} %{INT:response} (?:-|%{INT:backend_response}) %{INT:received_bytes} "
    rf'%{{INT:bytes}} "{_REQUEST}"(?: %{{QS:agent}} %{{NOTSPACE:ssl_cipher}} %{{NOTSPACE:ssl_protocol}})?',
    "CATALINA_DATESTAMP": r"%{MONTH} %{MONTHDAY}, %{YEAR} %{TIME} [AP]M",
    "TOMCAT_DATESTAMP": r"(?:%{YEAR}-%{MONTHNUM}-%{MONTHDAY} %{TIME} %{ISO8601_TIMEZONE}|%{CATALINA_DATESTAMP}"
    r"|%{MONTHDAY}-%{MONTH}-%{YEAR} %{TIME})",
    "CATALINALOG": r"%{CATALINA_DATESTAMP:timestamp} %{JAVACLASS:class} %{JAVALOGMESSAGE:logmessage}",
    "TOMCATLOG": r"%{TOMCAT_DATESTAMP:timestamp} \| %{LOGLEVEL:level} \| %{JAVACLASS:class} - "
    r"%{JAVALOGMESSAGE:logmessage}",
    "MONGO_LOG": r"%{SYSLOGTIMESTAMP:timestamp} \[%{WORD:component}\] %{GREEDYDATA:message}",
    "MONGO3_LOG": r"%{TIMESTAMP_ISO8601:timestamp} (?P<severity>\w) (?P<component>\w+|-) +"
    r"(?:\[(?P<context>[^\]]*)\] )?(?P<message>[^ \[].*)",
    "REDISTIMESTAMP": r"%{MONTHDAY} %{MONTH}(?: [0-9]{4})? %{TIME}",
    "REDISLOG": r"\[%{POSINT:pid}\] %{REDISTIMESTAMP:timestamp} [*#.-] %{GREEDYDATA:message}",
    "REDISMONLOG": r'%{NUMBER:timestamp} \[%{INT:database} %{IPV4:client}:%{INT:port}\] "%{WORD:command}"'
    r"(?: (?P<params>.*))?",
    "RUBY_LOGGER": r"[DFEWI], \[%{TIMESTAMP_ISO8601:timestamp} #%{POSINT:pid}\] +%{LOGLEVEL:loglevel} -- "
    r"(?P<progname>[^:]*): %{GREEDYDATA:message}",
    "SQUID3": r"%{NUMBER:timestamp} +%{NUMBER:duration} %{IP:client_address} %{WORD:cache_result}/"
    r"%{NONNEGINT:status_code} %{NUMBER:bytes} %{WORD:request_method} %{NOTSPACE:url} (?:-|%{NOTSPACE:user}) "
    r"%{WORD:hierarchy_code}/(?:-|%{IPORHOST:server}) %{NOTSPACE:content_type}(?: .*)?",
    "SYSLOGBASE2": r"(?:%{SYSLOGTIMESTAMP:timestamp}|%{TIMESTAMP_ISO8601:timestamp8601}) (?:%{SYSLOGFACILITY} )?"
    r"%{SYSLOGHOST:logsource}(?: %{SYSLOGPROG}:)?",
    "SYSLOGLINE": r"(?:<[0-9]+>)?%{SYSLOGBASE2} %{GREEDYDATA:message}",
    "SYSLOG5424LINE": r"<%{NONNEGINT:syslog5424_pri}>%{NONNEGINT:syslog5424_ver} +"
    r"(?:-|%{TIMESTAMP_ISO8601:syslog5424_ts}) +(?:-|%{NOTSPACE:syslog5424_host}) +(?:-|%{NOTSPACE:syslog5424_app}) +"
    r"(?:-|%{NOTSPACE:syslog5424_proc}) +(?:-|%{NOTSPACE:syslog5424_msgid})"
    r'(?: +(?:-|(?P<syslog5424_sd>(?:\[[^\]"]*(?:"(?:[^"\\]|\\.)*"[^\]"]*)*\])+)))? +(?P<syslog5424_msg>[^ ].*)',
    "CRONLOG": r"%{SYSLOGBASE} \(%{USER:user}\) (?P<action>[A-Z ]+) \((?P<message>.*)\)",
    "SYSLOGPAMSESSION": r"%{SYSLOGBASE} (?P<message>%{WORD:pam_module}\((?P<pam_caller>[^)]*)\): session "
    r"%{WORD:pam_session_state} for user %{USERNAME:username}(?: by (?P<pam_by>.*))?)",
}
