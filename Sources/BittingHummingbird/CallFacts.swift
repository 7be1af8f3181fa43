// SPDX-License-Identifier: Apache-2.0
internal import HTTPTypes
internal import Hummingbird

/// What of a call is told to Bitting. What it would not take is left out: then it is unknown, and refused where a key
/// restricts it.
struct CallFacts: Equatable {
    let method: String?
    let path: String?
    let userAgent: String?

    init(_ request: Request) {
        self.init(
            method: request.method.rawValue, target: request.head.path ?? "", userAgent: request.headers[.userAgent])
    }

    /// - Parameter target: the path as it came, and perhaps a query, which stays here.
    init(method: String, target: String, userAgent: String?) {
        let isMethod =
            (1...32).contains(method.utf8.count)
            && method.utf8.allSatisfy { (0x41...0x5A).contains($0) || $0 == 0x2D }
        self.method = isMethod ? method : nil
        let path = target.prefix { $0 != "?" }
        self.path = path.hasPrefix("/") && path.utf8.count <= 8192 ? String(path) : nil
        self.userAgent = userAgent.map { String($0.unicodeScalars.prefix(512)) }
    }
}
