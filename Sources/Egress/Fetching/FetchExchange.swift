// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Wire

/// The course of one ``Fetch``. Confined to one event loop.
final class FetchExchange: ExchangeOwner {
    private let pool: ConnectionPool
    private let longest: Int
    private var page: EventLoopPromise<Fetch.Page>?
    private var exchange: Exchange?
    private var limit: Scheduled<Void>?
    private var status = 0
    private var etag: String?
    private var cacheControl: String?
    private var body: [UInt8] = []

    /// The longest tag that is kept to be sent back.
    private static let longestTag = 256
    private static let longestCacheControl = 1024

    init(through pool: ConnectionPool, longest: Int, _ page: EventLoopPromise<Fetch.Page>) {
        self.pool = pool
        self.longest = longest
        self.page = page
    }

    func start(_ request: OutgoingRequest, to destination: Destination, within time: TimeAmount) {
        limit = pool.loop.assumeIsolated().scheduleTask(in: time) {
            self.finish(.failure(FetchFault("it took too long")))
        }
        let exchange = Exchange(to: destination, through: pool, for: self)
        self.exchange = exchange
        exchange.start(request)
    }

    private func finish(_ result: Result<Fetch.Page, any Error>) {
        guard let page else { return }
        self.page = nil
        limit?.cancel()
        exchange?.cancel()
        exchange = nil
        pool.close()
        page.completeWith(result)
    }

    func exchangeReady() {}

    func received(head: ResponseHead, bytes: ByteBuffer) {
        let span = bytes.readableBytesUInt8Span
        status = head.status
        var lines: [String] = []
        for field in head.fields {
            if span.equalsIgnoringCase(field.name, "etag") {
                etag = Self.tag(span.text(field.value))
            } else if span.equalsIgnoringCase(field.name, "cache-control") {
                lines.append(span.text(field.value))
            } else if span.equalsIgnoringCase(field.name, "content-encoding"),
                !span.equalsIgnoringCase(field.value, "identity")
            {
                return finish(.failure(FetchFault("its answer is coded, which was not asked for")))
            }
        }
        let joined = lines.joined(separator: ",")
        cacheControl = lines.isEmpty || joined.utf8.count > Self.longestCacheControl ? nil : joined
        if case .length(let count) = head.framing, count > longest { tooLong() }
    }

    /// A tag that can be sent back as it is; no other bytes than those of one (RFC 9110, section 8.8.3).
    private static func tag(_ text: String) -> String? {
        let quoted = text.hasPrefix("W/") ? text.dropFirst(2) : text[...]
        guard text.utf8.count <= longestTag, quoted.utf8.count >= 2, quoted.hasPrefix("\""), quoted.hasSuffix("\""),
            quoted.dropFirst().dropLast().utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") })
        else { return nil }
        return text
    }

    func received(body piece: ByteBuffer) {
        guard page != nil else { return }
        guard body.count + piece.readableBytes <= longest else { return tooLong() }
        body.append(contentsOf: piece.readableBytesView)
    }

    private func tooLong() { finish(.failure(FetchFault("its answer is longer than \(longest) bytes"))) }

    func receivedSoFar() {}

    func receivedEnd() {
        finish(.success(Fetch.Page(status: status, body: body, etag: etag, cacheControl: cacheControl)))
    }

    func failed(_ failure: EgressFailure) { finish(.failure(FetchFault(failure))) }
    func writabilityChanged(_ isWritable: Bool) {}
}
