#include "http_source.hpp"

KINDRED_SOURCE(
    kindred::http::HttpSource, "http-range", "1.0",
    "Reads byte ranges from the Hugging Face Hub and from plain web servers",
    kindred::text("endpoint", "", "the server's URL; empty: HF_ENDPOINT, else the Hub's"),
    kindred::choice("layout", "hub|files|modelscope", "hub",
                    "hub: ENDPOINT/REPO/resolve/REV/FILE; files: ENDPOINT/PATH/FILE; modelscope: "
                    "ENDPOINT/models/REPO/resolve/REV/FILE"),
    kindred::text("cache", "", "the cache's folder; empty: $XDG_CACHE_HOME/kindred"),
    kindred::text("cache-size", "20GB", "what the cache may hold; 0: no cache"),
    kindred::flag("offline", false, "read from the cache alone"),
    kindred::text("gap", "64KiB", "bytes between two ranges that are read rather than skipped"),
    kindred::integer("connections", "8", 1, 256, "the most connections to one server"),
    kindred::choice("http2", "auto|off", "auto", "share one connection where the server can"),
    kindred::integer("attempts", "8", 1, 100, "how often a failing request is sent"),
    kindred::number("retry-wait", "0.5", 0.001, 600, "seconds before the second attempt; doubles"),
    kindred::number("patience", "330", 0.001, 86400,
                    "seconds that a limit of requests is waited for"),
    kindred::integer("connect-timeout", "15", 1, 3600, "seconds for a connection"),
    kindred::integer("stall-timeout", "30", 1, 3600, "seconds without a byte"),
    kindred::text(
        "ca-file", "",
        "certificates to trust (PEM); empty: CURL_CA_BUNDLE, REQUESTS_CA_BUNDLE, SSL_CERT_FILE, "
        "the system's"))
