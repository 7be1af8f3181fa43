// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Egress
internal import HeldKeys
internal import NIOCore
internal import Secrets

extension EventLoopState {
    /// How the calls of one loan leave, and what is looked for in their answers. Confined to its event loop.
    final class WayOut {
        let loan: Loan
        let destination: Destination
        let hygiene: HeaderHygiene
        /// The lines of our own that end each request's fields.
        let lines: ByteBuffer
        /// What finds the credential in an answer; made at the first answer, let go when it is not used for a while.
        fileprivate(set) var matcher: EchoMatcher?
        fileprivate var matcherUsed: UInt64 = 0
        /// What stands in requests where the value itself does not: it is looked for, too.
        var token: AccessToken? {
            didSet {
                if token !== oldValue { matcher = nil }
            }
        }

        init(_ loan: Loan, to origin: Origin, via: String) {
            self.loan = loan
            let provider = loan.provider
            destination = Destination(
                origin: origin, allowingPrivate: provider.allowedPrivateAddresses,
                certificateAuthorities: provider.certificateAuthority, identity: Self.identity(of: loan))
            let scrubs = loan.integration.care.scrubs
            hygiene = HeaderHygiene(credentialFields: provider.slots.flatMap(\.fieldNames), asksPlain: scrubs)
            lines = ByteBuffer(string: (scrubs ? "Accept-Encoding: identity\r\n" : "") + "Via: 1.1 \(via)\r\n")
        }

        /// The certificate that the provider is shown, if it wants one.
        static func identity(of loan: Loan) -> ClientIdentity? {
            guard let parts = loan.provider.clientCertificate else { return nil }
            return ClientIdentity(name: loan.version.id.description) {
                guard let value = try? loan.open(), let chain = value.copy(parts.certificate),
                    let key = value.copy(parts.privateKey)
                else { return nil }
                return (chain, key)
            }
        }

        var care: LendCare { loan.integration.care }

        /// Nil when the value cannot be opened: then no call leaves either.
        fileprivate func makeMatcher() -> EchoMatcher? {
            guard let value = try? loan.open() else { return nil }
            var values = parts(of: value)
            if let token { values.append(token.revealing { span in span.copied() }) }
            var encoded: [[UInt8]] = []
            let filling = Filling(value, settings: loan.settings)
            for case .basic(let format) in loan.provider.slots {
                guard var pair = filling.bytes(of: format) else { continue }
                var text: [UInt8] = []
                Base64.encode(pair, into: &text)
                encoded.append(text)
                Secret.wipe(&pair)
            }
            return EchoMatcher(wiping: &values, encoded: &encoded)
        }

        /// All parts but those of a client certificate: one is public, the other is never sent.
        private func parts(of value: borrowing HeldValue) -> [[UInt8]] {
            let names = value.partNames.isEmpty ? [NamedPart.whole] : value.partNames
            let certificate = loan.provider.clientCertificate
            return names.compactMap { name in
                guard name != certificate?.certificate, name != certificate?.privateKey else { return nil }
                return value.copy(name)
            }
        }
    }
}

extension HeldValue {
    /// The bytes of one part, to be wiped by whoever asked; nil where there is none of that name.
    fileprivate borrowing func copy(_ name: String) -> [UInt8]? {
        revealing(name) { span in span.copied() }
    }
}

extension Span where Element == UInt8 {
    /// To be wiped by whoever asked.
    fileprivate func copied() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for position in 0..<count { bytes.append(self[position]) }
        return bytes
    }
}

/// The matchers that one event loop holds: a bounded number, each for a while after its last use. They hold values in
/// the clear.
final class EchoMatchers {
    private var ways: [EventLoopState.WayOut] = []
    private let loop: any EventLoop
    private var sweep: Scheduled<Void>?

    private static let most = 512
    private static let kept: UInt64 = 60_000_000_000
    private static let sweepEvery = TimeAmount.seconds(30)

    init(on loop: any EventLoop) { self.loop = loop }

    /// What finds the credential of a way in its answers.
    func matcher(for way: EventLoopState.WayOut, at tick: UInt64) -> EchoMatcher? {
        if let known = way.matcher {
            way.matcherUsed = tick
            return known
        }
        guard let made = way.makeMatcher() else { return nil }
        way.matcher = made
        way.matcherUsed = tick
        if !ways.contains(where: { $0 === way }) { keep(way) }
        return made
    }

    private func keep(_ way: EventLoopState.WayOut) {
        if ways.count >= Self.most, let oldest = ways.indices.min(by: { ways[$0].matcherUsed < ways[$1].matcherUsed }) {
            ways[oldest].matcher = nil
            ways.remove(at: oldest)
        }
        ways.append(way)
        if sweep == nil { schedule() }
    }

    /// A way that is used no more.
    func forget(_ way: EventLoopState.WayOut) {
        way.matcher = nil
        ways.removeAll { $0 === way }
    }

    private func schedule() {
        sweep = loop.assumeIsolated().scheduleTask(in: Self.sweepEvery) { [weak self] in self?.sweepNow() }
    }

    private func sweepNow() {
        sweep = nil
        let now = Clock.ticks()
        ways.removeAll { way in
            guard now > way.matcherUsed &+ Self.kept else { return false }
            way.matcher = nil
            return true
        }
        if !ways.isEmpty { schedule() }
    }
}

extension CredentialSlot {
    /// The fields it stands in.
    fileprivate var fieldNames: [String] {
        switch self {
        case .header(let name, _): [name]
        case .basic, .clientCredentials: ["authorization"]
        case .awsSignature: AWSSigner.ownFields
        case .signature(let signature): signature.fields.map(\.name)
        case .query, .path, .body: []
        }
    }
}
