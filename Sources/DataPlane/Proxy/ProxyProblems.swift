// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import NIOCore

/// Why the proxy opens no tunnel.
extension Problem {
    /// The same refusal towards a program that speaks to a proxy: who it is is asked for in other fields
    /// (RFC 9110 section 11.7).
    var byProxy: Problem {
        var problem = self
        problem.lendError = problem.code
        problem.challenge = nil
        if problem.status == 401 {
            problem.status = 407
            problem.lines = ByteBuffer(string: "Proxy-Authenticate: Basic realm=\"bitting\", charset=\"UTF-8\"\r\n")
        }
        return problem
    }

    static let proxyKeyMissing = Problem(
        status: 401, code: "unauthenticated", title: "Key missing", detail: "The proxy was shown no key.",
        fix: "Write the app's key into the proxy's URL: http://bitting:KEY@host:port.")

    static let proxyKeyUnreadable = Problem(
        status: 401, code: "unknown", title: "Key not readable",
        detail: "Proxy-Authorization is there twice, holds two keys, or is neither Basic nor Bearer.",
        fix: "Write the app's key into the proxy's URL: http://bitting:KEY@host:port.")

    static let proxyKeyOfNoApp = Problem(
        status: 403, code: "not_allowed", title: "Not an app's key", detail: "The key is not owned by an app.",
        fix: "Use a key whose owner is the app that the integrations were made for.")

    static let proxyTakesConnect = Problem(
        status: 405, code: "method_not_allowed", title: "Method not allowed",
        detail: "This is a forward proxy for https: it takes CONNECT, and calls inside of it.",
        fix: "Call an https URL through it, or call /lend on the data plane.", allow: "CONNECT")

    static let proxyTargetMalformed = Problem(
        status: 400, code: "malformed_request", title: "Target malformed", detail: "The target is not host:port.",
        fix: "Name a host as DNS or an address literal, and its port.")

    static let proxyHasBody = Problem(
        status: 400, code: "malformed_request", title: "CONNECT with a body", detail: "CONNECT has no body.",
        fix: "Leave Content-Length and Transfer-Encoding out.")

    /// Names no host: what was asked for is known to the one who asked.
    static let proxyHostUnknown = Problem(
        status: 403, code: "integration_unknown", title: "No integration with this host",
        detail: "The app has no integration whose provider is at this host and port.",
        fix: "Make an integration for it, or have the host listed with --proxy-tunnel.")

    static func proxyIntegrationUnknown(_ names: [String]) -> Problem {
        Problem(
            status: 403, code: "integration_unknown", title: "No such integration",
            detail: "The app has no integration of the name in the proxy's URL that leads to this host.",
            fix: names.isEmpty
                ? "Leave the name out, or make that integration." : "Leave the name out, or say \(listed(names)).")
    }

    static func proxyAmbiguous(_ names: [String]) -> Problem {
        Problem(
            status: 403, code: "integration_ambiguous", title: "Several integrations",
            detail: "Several of the app's integrations lead to this host.",
            fix: "Name one in the proxy's URL, http://NAME:KEY@host:port: \(listed(names)).")
    }

    static let proxyBusy = Problem(
        status: 503, code: "busy", title: "Too many tunnels", detail: "As many tunnels are open as may be.",
        fix: "Try again shortly.", retryAfter: 1)

    static let proxyLeafUnavailable = Problem(
        status: 502, code: "certificate_unavailable", title: "Certificate unavailable",
        detail: "No certificate can be made for this host.", fix: "Tell whoever runs this service.")

    private static func listed(_ names: [String]) -> String {
        names.sorted().prefix(10).joined(separator: ", ") + (names.count > 10 ? ", …" : "")
    }
}
