// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Egress
internal import HeldKeys
internal import NIOCore
internal import Secrets
internal import Wire

/// One call to a provider's token endpoint (RFC 6749 section 4.4), on the event loop of the call that needs it.
final class TokenFetch: ExchangeOwner {
    private let request: OutgoingRequest
    private let body: ByteBuffer
    private let now: Instant
    private let done: (TokenDesk.Fetched) -> Void
    private var exchange: Exchange?
    private var status = 0
    private var answer = ByteBuffer()

    /// The longest answer that is read.
    private static let longest = 64 * 1024

    /// Prepares the call; nil when the value lacks a part or the origin cannot be filled in.
    init?(_ loan: Loan, at now: Instant, _ done: @escaping (TokenDesk.Fetched) -> Void) {
        guard let terms = loan.provider.clientCredentials, let origin = terms.tokenOrigin.origin(loan.settings),
            let value = try? loan.open()
        else { return nil }
        let filling = Filling(value, settings: loan.settings)
        var form = ByteBuffer(string: "grant_type=client_credentials")
        if let scope = terms.scope { Self.add("scope", Array(scope.utf8), to: &form) }
        if let audience = terms.audience { Self.add("audience", Array(audience.utf8), to: &form) }
        var head = ByteBuffer(string: "POST \(terms.tokenPath) HTTP/1.1\r\nHost: \(origin.authority)\r\n")
        guard var id = filling.bytes(of: .part(terms.clientID)),
            var secret = filling.bytes(of: .part(terms.clientSecret))
        else { return nil }
        defer {
            Secret.wipe(&id)
            Secret.wipe(&secret)
        }
        switch terms.authentication {
        case .body:
            Self.add("client_id", id, to: &form)
            Self.add("client_secret", secret, to: &form)
        case .basic:
            // RFC 6749 section 2.3.1: both are form-encoded before they are joined.
            var pair = Self.encoded(id) + [0x3A] + Self.encoded(secret)
            var text: [UInt8] = []
            Base64.encode(pair, into: &text)
            head.writeStaticString("Authorization: Basic ")
            head.writeBytes(text)
            head.writeStaticString("\r\n")
            Secret.wipe(&pair)
            Secret.wipe(&text)
        }
        head.writeString(
            "Content-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\n"
                + "Accept-Encoding: identity\r\nContent-Length: \(form.readableBytes)\r\n\r\n")
        request = OutgoingRequest(head: head, isHead: false, isIdempotent: false, body: .length(form.readableBytes))
        body = form
        self.now = now
        self.done = done
    }

    private static func add(_ name: StaticString, _ value: [UInt8], to form: inout ByteBuffer) {
        form.writeStaticString("&")
        form.writeStaticString(name)
        form.writeStaticString("=")
        form.writeBytes(encoded(value))
    }

    private static func encoded(_ value: [UInt8]) -> [UInt8] {
        var out = ByteBuffer()
        for byte in value { QueryRewriter.percent(byte, into: &out) }
        return Array(out.readableBytesView)
    }

    /// Starts it; it holds itself until it is over.
    func start(to destination: Destination, through pool: ConnectionPool) {
        let exchange = Exchange(to: destination, through: pool, for: self)
        self.exchange = exchange
        exchange.start(request)
    }

    func exchangeReady() {
        exchange?.send(body: body)
        exchange?.finishBody()
    }

    func received(head: ResponseHead, bytes: ByteBuffer) { status = head.status }

    func received(body: ByteBuffer) {
        guard answer.readableBytes + body.readableBytes <= Self.longest else {
            exchange?.cancel()
            return end(.failed(.tokenRefused))
        }
        answer.writeImmutableBuffer(body)
    }

    func receivedSoFar() {}
    func writabilityChanged(_ isWritable: Bool) {}

    func receivedEnd() {
        guard status == 200, let json = try? JSON.parse(String(decoding: answer.readableBytesView, as: UTF8.self)),
            let text = json["access_token"]?.asString, (1...16_384).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            json["token_type"]?.asString.map({ $0.lowercased() == "bearer" }) ?? true
        else { return end(.failed(.tokenRefused)) }
        var bytes = Array(text.utf8)
        let seconds = json["expires_in"]?.asInteger ?? json["expires_in"]?.asString.flatMap { Int64($0) } ?? 300
        end(.token(AccessToken(Secret(wiping: &bytes), expiresAt: TokenDesk.end(seconds, from: now))))
    }

    func failed(_ failure: EgressFailure) { end(.failed(.tokenUnreachable)) }

    private func end(_ fetched: TokenDesk.Fetched) {
        exchange = nil
        done(fetched)
    }
}

extension Provider {
    /// How its tokens are had, if calls carry one.
    var clientCredentials: ClientCredentials? {
        for case .clientCredentials(let terms) in slots { return terms }
        return nil
    }
}
