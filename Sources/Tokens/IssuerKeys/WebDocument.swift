// SPDX-License-Identifier: Apache-2.0

/// A document that an issuer is asked for.
package struct WebRequest: Hashable, Sendable {
    package let url: String
    /// What the document had for a tag when it was last read; nil when it is wanted whatever it is.
    package let etag: String?
    /// The servers' certificate authorities as PEM; nil for those of the system.
    package let certificateAuthorities: String?

    /// The most bytes of a document.
    package static let longest = 524_288

    /// A request.
    package init(url: String, etag: String? = nil, certificateAuthorities: String? = nil) {
        self.url = url
        self.etag = etag
        self.certificateAuthorities = certificateAuthorities
    }
}

/// What came back: 200 with a body, or 304 where a tag was sent.
package struct WebDocument: Equatable, Sendable {
    package let isUnchanged: Bool
    package let body: [UInt8]
    package let etag: String?
    /// The value of `Cache-Control`; all its lines with commas between.
    package let cacheControl: String?

    /// A document.
    package init(isUnchanged: Bool = false, body: [UInt8], etag: String? = nil, cacheControl: String? = nil) {
        self.isUnchanged = isUnchanged
        self.body = body
        self.etag = etag
        self.cacheControl = cacheControl
    }
}

/// Why a document could not be had. Holds nothing that the other side wrote.
package struct WebFault: Error, Equatable, Sendable {
    /// For the log.
    package let reason: String

    /// A fault of this reason.
    package init(_ reason: String) { self.reason = reason }
}

/// Gets a document, within limits of time and size, without following redirects.
package typealias WebFetch = @Sendable (WebRequest) async throws(WebFault) -> WebDocument
