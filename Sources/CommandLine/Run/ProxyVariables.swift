// SPDX-License-Identifier: Apache-2.0

/// The variables by which programs find a proxy and whom they trust.
struct ProxyVariables {
    /// `http://name:KEY@host:port`. Holds the key; for the environment only.
    let url: String
    /// The proxy's authority alone, for programs that add to those they know.
    let authorityFile: String
    /// The system's authorities and the proxy's, for programs that take one file for all.
    let bundleFile: String

    /// - Parameters:
    ///   - address: where the proxy is, `http://host:port`.
    ///   - integration: its name, where one is to be chosen among several of one host.
    init(
        address: String, key: String, integration: String?, trust: TrustFiles.Written
    ) throws(CommandFailure) {
        let scheme = "http://"
        let host = address.dropFirst(scheme.count)
        guard address.hasPrefix(scheme), !host.isEmpty, !host.contains("@") else {
            throw CommandFailure("\(address) is no address of a proxy.", fix: "Write it like http://127.0.0.1:7102.")
        }
        // Some programs send nothing where there is no password, so the key is that; `bitting` names no integration.
        url = "\(scheme)\(Self.escaped(integration ?? "bitting")):\(Self.escaped(key))@\(host)"
        authorityFile = trust.authority
        bundleFile = trust.bundle
    }

    var all: [(name: String, value: String)] {
        [
            ("HTTPS_PROXY", url), ("https_proxy", url),
            // Node 24 and 22.21 ask to be told that the others count.
            ("NODE_USE_ENV_PROXY", "1"), ("NODE_EXTRA_CA_CERTS", authorityFile),
            ("SSL_CERT_FILE", bundleFile), ("REQUESTS_CA_BUNDLE", bundleFile), ("CURL_CA_BUNDLE", bundleFile),
            ("AWS_CA_BUNDLE", bundleFile), ("GIT_SSL_CAINFO", bundleFile),
        ]
    }

    /// What may stand in the user part of a URL (RFC 3986 section 3.2.1), all else percent-encoded.
    private static func escaped(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e:
                out.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                out += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return out
    }
}
