// SPDX-License-Identifier: Apache-2.0
import Access
import ControlPlane
import DataPlane
import HeldKeys
import IssuedKeys
import LocalAuthority
import Metering
import Offboarding
import Storage
import SystemZones
import Tokens

/// What the control plane may do with the house.
func controlPorts(
    _ ledger: Ledger, _ engine: any Engine, _ vault: Vault, _ dataKeys: DataKeys, _ index: KeyIndex,
    controlLane: Int, _ lending: Lending,
    _ meters: Meters, _ mint: Mint, _ dataPlane: DataPlane,
    _ signer: NoteSigner, _ flush: UseFlush, _ refusals: RefusalTally, _ telling: TellingService, _ keeping: VaultPort,
    depositPage: String?
) -> ControlPorts {
    let credentials = Credentials(
        store: ledger.credentials(), dataKeys: dataKeys, random: .system)
    return ControlPorts(
        owners: Owners(store: ledger.owners(), random: .system),
        keyspaces: Keyspaces(store: ledger.keys(), random: .system),
        keys: Keys(store: ledger.keys(), random: .system),
        operators: Operators(store: ledger.operators(), random: .system),
        providers: Providers(store: ledger.credentials()),
        credentials: credentials,
        integrations: Integrations(store: ledger.credentials(), random: .system),
        rotations: Rotations(store: ledger.credentials(), credentials: credentials, random: .system),
        offboardings: Offboardings(store: ledger.offboardings(), random: .system),
        signReport: { signer.sign($0).description }, exposures: Exposures(store: ledger.credentials()),
        uses: Uses(store: ledger.uses()),
        heldUses: HeldUses(store: ledger.heldUses()), hygiene: Hygiene(store: ledger.hygiene()),
        heldHygiene: HeldHygiene(store: ledger.heldHygiene()),
        tokenKeys: TokenKeys(store: ledger.tokens(), random: .system),
        depositing: DepositPort(
            deposits: Deposits(
                store: ledger.credentials(), tickets: ledger, credentials: credentials, vault: vault, random: .system),
            keys: DepositKeys(store: ledger.credentials(), vault: vault, random: .system), page: depositPage),
        authenticate: { text, address, now in index.caller(text, address, mint, lane: controlLane, at: now) },
        refusedUnauthenticated: { refusals.count($0) },
        pendingUse: { flush.pending($0) },
        remaining: { budgets, now in try await balances(of: budgets, engine, meters, at: now) },
        zones: .system, signInRules: SignInRules(store: ledger.signInRules(), random: .system),
        testCredential: { id, version in
            guard let loan = lending.trial(of: id, version: version) else { return nil }
            return await dataPlane.test(loan)
        }, flushUses: { await flush.flush() },
        events: { caller, choice, after, limit, now in
            try await ledger.events(
                by: caller, EventFilter(account: choice.account, action: choice.action, types: choice.types),
                after: after,
                limit: limit,
                at: now)
        },
        audit: AuditPort { caller, now in
            try await ledger.verifierKey(by: caller, at: now)
        } checkpoints: { caller, after, limit, now in
            try await ledger.checkpoints(by: caller, after: after, limit: limit, at: now)
        },
        telling: telling.port, vault: keeping,
        keptAnswer: { try await ledger.keptAnswer(by: $0, needing: $1, at: $2) },
        proxyAuthority: { LocalAuthority.pem(try await ledger.proxyAuthority(by: $0, at: $1)) },
        metrics: { dataPlane.metrics + memoryMetrics(index, lending, flush) + telling.metrics },
        isReady: { true },
        now: Clock.now)
}

extension KeyIndex {
    /// The caller that a management key stands for; nil when it is not accepted, or is no management key.
    func caller(_ text: [UInt8], _ address: IPAddress?, _ mint: Mint, lane: Int, at now: Instant) -> Caller? {
        var question = Question(key: 0..<text.count)
        question.token = text.starts(with: "eyJ".utf8) ? mint.token(text, at: now) : nil
        question.address = address
        return reading(lane: lane) { contents, use in
            let verdict = contents.verdict(on: question, in: text.span, at: now)
            guard let shown = verdict.key, case let management = contents.management(of: shown), management.isManagement
            else { return nil }
            use.record(verdict, of: question, in: text.span, at: now)
            guard case .valid(let key) = verdict else { return nil }
            let portrait = contents.portrait(key)
            return Caller(
                key: portrait.id, of: portrait.owner, scopes: contents.scopes(of: key, by: question.token),
                accounts: management.accounts,
                address: address?.description)
        }
    }
}

extension Mint {
    /// What a text is that may be a token of ours.
    fileprivate func token(_ text: [UInt8], at now: Instant) -> ShownToken? {
        read(text, at: now).map { claims, isRevoked in
            ShownToken(
                key: claims.key, secret: claims.secret, scopes: claims.scopes, expiresAt: claims.expiresAt,
                isRevoked: isRevoked)
        }
    }
}

/// The part of `/metrics` about what is in memory.
private func memoryMetrics(_ index: KeyIndex, _ lending: Lending, _ flush: UseFlush) -> String {
    let keys = index.size
    let lent = lending.size
    return """
        # HELP bitting_keys Secrets of issued keys in the index.
        # TYPE bitting_keys gauge
        bitting_keys \(keys.keys)
        # HELP bitting_index_bytes About how much memory the index takes.
        # TYPE bitting_index_bytes gauge
        bitting_index_bytes \(keys.bytes)
        # HELP bitting_followers Clients that keep verdicts and follow changes.
        # TYPE bitting_followers gauge
        bitting_followers \(index.following.count)
        # HELP bitting_integrations Integrations in memory.
        # TYPE bitting_integrations gauge
        bitting_integrations \(lent.integrations)
        # HELP bitting_credentials Credentials in memory, sealed.
        # TYPE bitting_credentials gauge
        bitting_credentials \(lent.credentials)
        # HELP bitting_flush_lag_seconds Time since the counts of uses were last written.
        # TYPE bitting_flush_lag_seconds gauge
        bitting_flush_lag_seconds \(Double(flush.lag) / 1000)

        """
}
