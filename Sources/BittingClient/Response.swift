// SPDX-License-Identifier: Apache-2.0

/// An answer to a call.
public struct Response: Sendable {
    /// The HTTP status.
    public let status: Int
    /// The header fields as they came.
    public let headers: [(name: String, value: String)]
    /// The whole body.
    public let body: [UInt8]

    /// An answer.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The value of the first field of that name, in any case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The revision of the resource in the answer, from its `ETag`; for `ifMatch`.
    public var revision: String? {
        guard let tag = header("etag"), tag.count > 2, tag.hasPrefix("\""), tag.hasSuffix("\"") else { return nil }
        return String(tag.dropFirst().dropLast())
    }

    /// This answer, if the call did what it was asked (2xx).
    /// - Throws: What was answered instead.
    public func accepted() throws(BittingError) -> Response {
        guard (200..<300).contains(status) else { throw BittingError(refusing: self) }
        return self
    }
}
