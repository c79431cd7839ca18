# Varnish 7 in front of Dateline. Set DATELINE_PURGE=varnish=http://HOST:6081 on the server, so that it says what to drop;
# then a correction is seen at once, and everything else is served without asking the origin.
vcl 4.1;

backend default {
    .host = "127.0.0.1";
    .port = "8080";
}

# Who may purge: the machines that Dateline runs on.
acl purgers {
    "127.0.0.1";
    "::1";
}

sub vcl_recv {
    if (req.method == "PURGE") {
        if (client.ip !~ purgers) {
            return (synth(403));
        }
        if (req.http.Surrogate-Key) {
            # Whatever carries one of these tags.
            ban("obj.http.Surrogate-Key ~ (^|\s)(" + regsuball(req.http.Surrogate-Key, " +", "|") + ")(\s|$)");
        } else {
            ban("obj.status != 0");
        }
        return (synth(200));
    }
    if (req.url ~ "^/v1/(desk|auth|preview)(/|$)" || req.url !~ "^/v1/" || (req.method != "GET" && req.method != "HEAD")) {
        return (pass);
    }
    # What is public is the same for everybody.
    unset req.http.Cookie;
    unset req.http.Authorization;
    return (hash);
}

sub vcl_deliver {
    if (obj.hits > 0) {
        set resp.http.X-Cache = "HIT";
    } else {
        set resp.http.X-Cache = "MISS";
    }
    # For caches, not for readers.
    unset resp.http.Surrogate-Key;
    unset resp.http.Cache-Tag;
}
