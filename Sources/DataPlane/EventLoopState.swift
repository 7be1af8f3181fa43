// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Egress
internal import HeldKeys
internal import IssuedKeys
internal import Metering
internal import NIOCore
internal import Tokens

/// Everything that belongs to one event loop: its lane of the index, its counters, its connections outwards and
/// inwards. Confined to that loop.
final class EventLoopState {
    let lane: Int
    let index: KeyIndex
    let lending: Lending
    let lendUses: LendUses
    let meters: Meters
    let lender: any Lender
    let trusted: [AddressRange]
    let counters: Counters
    let pool: ConnectionPool
    let limits: ConnectionLimits
    let gate: SourceGate
    let tokens: TokenReader
    let principals: Principals
    let oauth: OAuthPorts
    let holding: HoldingPorts
    let tokenDesk: TokenDesk
    /// The installation's name in `Via`, as text and as bytes.
    let via: (text: String, name: [UInt8])
    /// Where lent calls are told of.
    let log: TraceBuffer?
    let echoes: EchoMatchers
    let echoReports: EchoReports
    /// Handed from connection to connection to write bodies in.
    var scratch = ByteBuffer()
    /// The answer to the gRPC call at hand, and what that call asks.
    var page = CheckPage()
    var checking = CheckRequest()
    private var connections: [ObjectIdentifier: any Drainable] = [:]
    var lendTerms = LendTerms()
    private var ways: [IntegrationID: WayOut] = [:]
    /// Those to a provider's further origins, which only tunnels lead to.
    private var furtherWays: [FurtherWay: WayOut] = [:]
    private(set) var isDraining = false

    init(
        lane: Int, index: KeyIndex, lending: Lending, lendUses: LendUses, meters: Meters, lender: any Lender,
        trusted: [AddressRange],
        counters: Counters, pool: ConnectionPool, mint: Mint, oauth: OAuthPorts,
        holding: HoldingPorts = .none, tokenDesk: TokenDesk = TokenDesk(), limits: ConnectionLimits,
        via: String = Via.unnamed, log: TraceBuffer? = nil, echoReports: EchoReports = EchoReports()
    ) {
        self.lane = lane
        self.index = index
        self.lending = lending
        self.lendUses = lendUses
        self.meters = meters
        self.lender = lender
        self.trusted = trusted
        self.counters = counters
        self.pool = pool
        self.limits = limits
        tokens = TokenReader(mint: mint)
        principals = Principals(mint: mint)
        self.oauth = oauth
        self.holding = holding
        self.tokenDesk = tokenDesk
        self.via = (via, Array(via.utf8))
        self.log = log
        self.echoReports = echoReports
        echoes = EchoMatchers(on: pool.loop)
        gate = SourceGate(perMinute: limits.badKeysPerMinute, sparing: trusted)
    }

    func opened(_ connection: some Drainable) {
        connections[ObjectIdentifier(connection)] = connection
        counters.countOpened()
    }

    func closed(_ connection: some Drainable) {
        connections[ObjectIdentifier(connection)] = nil
        counters.countClosed()
    }

    /// The decision on calls that a gateway asks about.
    var authorizing: AuthorizeCore {
        AuthorizeCore(
            index: index, lane: lane, meters: meters, lender: lender, gate: gate, tokens: tokens, principals: principals
        )
    }

    var connectionCount: Int { connections.count }

    /// Every connection ends after what it is doing.
    func drain() {
        isDraining = true
        for connection in connections.values { connection.drain() }
        log?.flush()
        pool.close()
    }

    /// Looked up by the loan, which is another one as soon as anything of it changed.
    func way(of loan: Loan) -> WayOut {
        let known = ways[loan.integration.id]
        if let known, known.loan === loan { return known }
        if let known { echoes.forget(known) }
        let way = WayOut(loan, to: loan.origin, via: via.text)
        if ways.count >= Self.mostWays { ways.removeAll() }
        ways[loan.integration.id] = way
        return way
    }

    /// The way to one of the loan's origins.
    func way(of loan: Loan, to origin: Origin) -> WayOut {
        guard origin != loan.origin else { return way(of: loan) }
        let name = FurtherWay(integration: loan.integration.id, origin: origin)
        let known = furtherWays[name]
        if let known, known.loan === loan { return known }
        if let known { echoes.forget(known) }
        let way = WayOut(loan, to: origin, via: via.text)
        if furtherWays.count >= Self.mostWays { furtherWays.removeAll() }
        furtherWays[name] = way
        return way
    }

    private struct FurtherWay: Hashable {
        let integration: IntegrationID
        let origin: Origin
    }

    /// A way that no call of the loan's integration shares.
    func makeWay(of loan: Loan, to origin: Origin) -> WayOut { WayOut(loan, to: origin, via: via.text) }

    /// Where a loan's tokens are fetched.
    func tokenDestination(of loan: Loan) -> Destination? {
        let provider = loan.provider
        guard let origin = provider.clientCredentials?.tokenOrigin.origin(loan.settings) else { return nil }
        return Destination(
            origin: origin, allowingPrivate: provider.allowedPrivateAddresses,
            certificateAuthorities: provider.certificateAuthority, identity: WayOut.identity(of: loan))
    }

    private static let mostWays = 10_000
}
