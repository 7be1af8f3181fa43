# SPDX-License-Identifier: Apache-2.0
"""The programs Bitting is measured beside: nginx, HAProxy and Envoy, each with the same keys, each with one thread."""
import json
import os
import shutil
import subprocess
import sysconfig

ANSWER = '{"valid":true,"code":"VALID"}'
TYPES = "type.googleapis.com/envoy.extensions."


def envoy_binary():
    path = os.path.join(sysconfig.get_paths()["purelib"], "envoy", "_bin", "envoy")
    return path if os.path.exists(path) else shutil.which("envoy")


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
    return path


def nginx(work, name, http, port):
    """Starts an nginx with this http block."""
    folder = os.path.join(work, name)
    os.makedirs(folder, exist_ok=True)
    path = write(f"{folder}/nginx.conf", f"""
worker_processes 1; error_log {folder}/error.log; pid {folder}/pid; daemon off;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 1000000000; keepalive_timeout 600s; default_type application/json;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  {http} }}
""")
    return subprocess.Popen(["nginx", "-p", folder, "-c", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL), port


def nginx_plain(work, port):
    return nginx(work, "nginx-plain", f"server {{ listen 127.0.0.1:{port}; location / {{ return 200 '{ANSWER}'; }} }}", port)


def nginx_map(work, port, keys):
    """Keys in a map, a limit per client; the answer comes from a named location, because `return` would run before the limit."""
    path = write(f"{work}/keys.map", "".join(f'"{key}" "client_{n}";\n' for n, key in enumerate(keys)))
    os.makedirs(f"{work}/empty", exist_ok=True)
    return nginx(work, "nginx-map", f"""
  open_file_cache max=16 inactive=1h; open_file_cache_errors on; map_hash_max_size 524288; map_hash_bucket_size 128;
  map $http_x_api_key $client {{ default ''; include {path}; }}
  limit_req_zone $client zone=clients:64m rate=100000r/s; limit_req_status 429;
  server {{ listen 127.0.0.1:{port}; root {work}/empty;
    location @ok {{ return 200 '{ANSWER}'; }}
    location / {{ if ($client = '') {{ return 401; }} limit_req zone=clients burst=10000 nodelay; try_files /none @ok; }} }}
""", port)


def nginx_asking(work, port, asked):
    """Asks somebody else about every request, with connections kept; answers as the one with the map does."""
    os.makedirs(f"{work}/empty", exist_ok=True)
    return nginx(work, "nginx-asking", f"""
  open_file_cache max=16 inactive=1h; open_file_cache_errors on;
  upstream asked {{ server 127.0.0.1:{asked}; keepalive 64; keepalive_requests 1000000000; keepalive_timeout 600s; }}
  server {{ listen 127.0.0.1:{port}; root {work}/empty;
    location @ok {{ return 200 '{ANSWER}'; }}
    location / {{ auth_request /_ask; try_files /none @ok; }}
    location = /_ask {{ internal; proxy_pass http://asked/v1/authorize?scope=labels:create; proxy_http_version 1.1;
      proxy_pass_request_body off; proxy_set_header Content-Length ''; proxy_set_header Connection '';
      proxy_set_header X-Original-Method $request_method; proxy_set_header X-Original-URI $request_uri; }} }}
""", port)


def haproxy_map(work, port, keys):
    path = write(f"{work}/keys.haproxy", "".join(f"{key} client_{n}\n" for n, key in enumerate(keys)))
    config = write(f"{work}/haproxy.cfg", f"""
global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 5s
backend clients
  stick-table type string len 32 size 200k expire 10m store http_req_rate(10s)
frontend keys
  bind 127.0.0.1:{port}
  http-request set-var(txn.client) req.hdr(x-api-key),map_str({path})
  http-request return status 401 content-type application/json string '{{"valid":false}}' unless {{ var(txn.client) -m found }}
  http-request track-sc0 var(txn.client) table clients
  http-request deny deny_status 429 if {{ sc_http_req_rate(0,clients) gt 1000000 }}
  http-request return status 200 content-type application/json string '{ANSWER}'
""")
    return subprocess.Popen(["haproxy", "-f", config, "-db"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL), port


def envoy(work, name, port, filters, routes, clusters=(), secrets=()):
    manager = {
        "@type": TYPES + "filters.network.http_connection_manager.v3.HttpConnectionManager", "stat_prefix": "in",
        "generate_request_id": False, "http_filters": [*filters, {"name": "router", "typed_config": {"@type": TYPES + "filters.http.router.v3.Router", "suppress_envoy_headers": True}}],
        "route_config": {"name": "r", "virtual_hosts": [{"name": "v", "domains": ["*"], "routes": routes}]}}
    config = write(f"{work}/{name}.json", json.dumps({"static_resources": {
        "listeners": [{"name": "l", "address": address(port), "filter_chains": [{"filters": [{"name": "hcm", "typed_config": manager}]}]}],
        "clusters": list(clusters), "secrets": list(secrets)}}))
    command = [envoy_binary(), "-c", config, "--concurrency", "1", "-l", "error", "--disable-hot-restart"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL), port


def address(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def envoy_keys(work, port, keys):
    """Each key a client, and a bucket a client, as nginx and HAProxy have here too."""
    check = {"@type": TYPES + "filters.http.api_key_auth.v3.ApiKeyAuth",
             "credentials": [{"key": key, "client": f"client_{n}"} for n, key in enumerate(keys)],
             "key_sources": [{"header": "x-api-key"}], "forwarding": {"header": "x-client-id", "hide_credentials": True}}
    always = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
    bucket = lambda size: {"max_tokens": size, "tokens_per_fill": size, "fill_interval": "1s"}
    limit = {"@type": TYPES + "filters.http.local_ratelimit.v3.LocalRateLimit", "stat_prefix": "limit",
             "token_bucket": bucket(4_000_000_000), "filter_enabled": always, "filter_enforced": always,
             "always_consume_default_token_bucket": False, "max_dynamic_descriptors": 200_000,
             "rate_limits": [{"actions": [{"request_headers": {"header_name": "x-client-id", "descriptor_key": "client"}}]}],
             "descriptors": [{"entries": [{"key": "client"}], "token_bucket": bucket(100_000)}]}
    return envoy(work, "envoy-keys", port,
                 [{"name": "api_key_auth", "typed_config": check}, {"name": "limit", "typed_config": limit}],
                 [{"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_string": ANSWER}}}])


def envoy_asking(work, name, port, asked, path=None):
    """An Envoy that asks somebody else about every request: over HTTP under this path, or over gRPC without one."""
    check = {"@type": TYPES + "filters.http.ext_authz.v3.ExtAuthz", "transport_api_version": "V3",
             "allowed_headers": {"patterns": [{"exact": "x-api-key"}]}}
    cluster = {"name": "asked", "type": "STATIC", "connect_timeout": "1s", "load_assignment": {
        "cluster_name": "asked", "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(asked)}}]}]}}
    if path is None:
        check["grpc_service"] = {"envoy_grpc": {"cluster_name": "asked"}, "timeout": "1s"}
        protocol = TYPES.replace(".extensions.", ".extensions.upstreams.http.v3.HttpProtocolOptions")
        cluster["typed_extension_protocol_options"] = {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
            "@type": protocol, "explicit_http_config": {"http2_protocol_options": {}}}}
    else:
        check["http_service"] = {"path_override": path, "server_uri": {
            "uri": "http://asked", "cluster": "asked", "timeout": "1s"}}
    route = {"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_string": ANSWER}}}
    if path is None:
        route["typed_per_filter_config"] = {"check": {
            "@type": TYPES + "filters.http.ext_authz.v3.ExtAuthzPerRoute",
            "check_settings": {"context_extensions": {"scope": "labels:create"}}}}
    return envoy(work, name, port, [{"name": "check", "typed_config": check}], [route], [cluster])


def upstream(work, port, credential, certificates=None):
    """A provider that refuses whoever does not show the held key; over TLS with certificates."""
    secured = f"ssl; ssl_certificate {certificates.chain}; ssl_certificate_key {certificates.key}" if certificates else ""
    return nginx(work, f"upstream-{port}", f"""
  server {{ listen 127.0.0.1:{port} {secured}; if ($http_authorization != 'Bearer {credential}') {{ return 403; }}
    location / {{ return 200 '{{"ok":true,"padding":"0123456789012345678901234567890123456789"}}'; }} }}
""", port)


def nginx_injecting(work, port, to, credential, certificates=None):
    """Streams both ways; checks the provider's certificate as Bitting does."""
    checked = f"proxy_ssl_verify on; proxy_ssl_trusted_certificate {certificates.authority}; proxy_ssl_name localhost;" if certificates else ""
    return nginx(work, f"nginx-inject-{port}", f"""
  upstream provider {{ server 127.0.0.1:{to}; keepalive 64; keepalive_requests 1000000000; keepalive_timeout 600s; }}
  server {{ listen 127.0.0.1:{port}; client_max_body_size 0; proxy_request_buffering off; proxy_buffering off;
    location / {{ proxy_pass {'https' if certificates else 'http'}://provider; proxy_http_version 1.1; {checked}
    proxy_set_header Connection ''; proxy_set_header Authorization 'Bearer {credential}'; }} }}
""", port)


def envoy_injecting(work, port, to, credential, certificates=None):
    inject = {"@type": TYPES + "filters.http.credential_injector.v3.CredentialInjector", "overwrite": True,
              "credential": {"name": "generic", "typed_config": {
                  "@type": TYPES + "http.injected_credentials.generic.v3.Generic", "credential": {"name": "held"}}}}
    cluster = {"name": "provider", "type": "STATIC", "connect_timeout": "1s", "load_assignment": {
        "cluster_name": "provider", "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(to)}}]}]}}
    if certificates:
        names = [{"san_type": "DNS", "matcher": {"exact": "localhost"}}]
        cluster["transport_socket"] = {"name": "tls", "typed_config": {
            "@type": TYPES + "transport_sockets.tls.v3.UpstreamTlsContext", "sni": "localhost", "common_tls_context": {
                "validation_context": {"trusted_ca": {"filename": str(certificates.authority)},
                                       "match_typed_subject_alt_names": names}}}}
    held = {"name": "held", "generic_secret": {"secret": {"inline_string": f"Bearer {credential}"}}}
    return envoy(work, f"envoy-inject-{port}", port, [{"name": "inject", "typed_config": inject}],
                 [{"match": {"prefix": "/"}, "route": {"cluster": "provider"}}], [cluster], [held])
