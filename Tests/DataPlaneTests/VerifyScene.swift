// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import TestKit

/// A management key that may verify, a key with scopes, and one with restrictions.
struct VerifyScene {
    var maker = KeyMaker(seed: 1)
    let manager: SampleKey
    let sample: SampleKey
    let routed: SampleKey

    init() {
        manager = maker.key("keys:verify", isManagement: true)
        sample = maker.key("labels:create orders:read") { key in
            key.name = "quo\"te"
            key.metadata = "{\"plan\":\"pro\"}"
            key.expiresAt = .latest
        }
        routed = maker.key { key in
            key.allowedRoutes = [.of(["POST"], "/labels")]
            key.allowedAddresses = [.of("198.51.100.0/24")]
        }
    }

    var changes: [KeyChange] { maker.setting + [manager, sample, routed].map { .key($0.key) } }

    func post(
        _ body: String, to path: String = "/v1/verify", type: String? = "application/json", key: String? = nil
    ) -> String {
        let field = type.map { "Content-Type: \($0)\r\n" } ?? ""
        return "POST \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(key ?? manager.string)\r\n\(field)"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
}

extension String {
    /// Only the head of a request.
    func replacingBody() -> String { String(self[..<(firstRange(of: "\r\n\r\n")?.upperBound ?? endIndex)]) }

    func replacingFirst(_ old: String, with new: String) -> String {
        guard let range = firstRange(of: old) else { return self }
        return self[..<range.lowerBound] + new + self[range.upperBound...]
    }
}
