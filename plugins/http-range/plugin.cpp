#include "http_source.hpp"
#include "parameters.hpp"

KINDRED_SOURCE(kindred::http::HttpSource, "http-range", "1.0",
               "Reads byte ranges from the Hugging Face Hub and from plain web servers",
               KINDRED_HTTP_PARAMETERS)
