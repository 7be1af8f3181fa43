// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys
package import IssuedKeys
package import Metering
package import Offboarding
package import Telling
package import Tokens

/// All that the control plane needs of the rest of the house. The composition root fills it; tests fill it with the
/// same cores over a small database.
package struct ControlPorts: Sendable {
    package let owners: Owners
    package let keyspaces: Keyspaces
    package let keys: Keys
    package let operators: Operators
    package let providers: Providers
    package let credentials: Credentials
    package let integrations: Integrations
    package let rotations: Rotations
    package let offboardings: Offboardings
    /// Signs the text of a report, as the audit trail's notes are signed.
    package let signReport: @Sendable (_ text: String) -> String
    package let exposures: Exposures
    package let uses: Uses
    package let heldUses: HeldUses
    package let hygiene: Hygiene
    package let heldHygiene: HeldHygiene
    package let tokenKeys: TokenKeys
    /// How keys are handed in sealed.
    package let depositing: DepositPort

    /// The caller a management key stands for, or nil when the key is not accepted. Must not wait.
    package let authenticate: @Sendable (_ keyText: [UInt8], _ address: IPAddress?, _ now: Instant) -> Caller?
    /// Told of every request that was refused for its key; must not wait, and must bound what it records.
    package let refusedUnauthenticated: @Sendable (_ address: IPAddress?) -> Void
    /// Uses of a key that are counted and not stored yet.
    package let pendingUse: @Sendable (Key) -> KeyUse
    /// What is left of budgets at a moment, in the order asked. May read storage: one reading for all of them.
    package let remaining: @Sendable (_ budgets: [HeldBudget], _ now: Instant) async throws -> [Balance]
    /// The time zones that quotas may name.
    package let zones: TimeZones
    package let signInRules: SignInRules
    /// Makes a provider's test call with a held key.
    package let testCredential: TrialCalling
    /// Stores all uses that are counted so far.
    package let flushUses: @Sendable () async -> Void
    /// Events with a higher sequence than `after`, oldest first, those the caller may see, at most `limit`.
    package var events:
        @Sendable (Caller, EventChoice, _ after: Int64, _ limit: Int, _ now: Instant) async throws -> [Event]
    /// How the trail is signed.
    package let audit: AuditPort
    /// Who is told of events.
    package let telling: TellingPort
    /// The keys above the held values.
    package let vault: VaultPort
    /// The answer kept for this very call of a caller with a ticket, or nil; see ``ReplayTicket``.
    package let keptAnswer: @Sendable (Caller, _ permission: Scope, _ now: Instant) async throws -> [UInt8]?
    /// The certificate of the forward proxy's authority, as PEM.
    package let proxyAuthority: @Sendable (Caller, _ now: Instant) async throws -> String
    /// Prometheus text of everything but the control plane.
    package let metrics: @Sendable () async -> String
    /// Whether everything is loaded and in force.
    package var isReady: @Sendable () async -> Bool
    package let now: @Sendable () -> Instant
    /// Counted by the control plane itself and added to `metrics`.
    let counts = CallCounts()
    /// Bounds calls that show no key.
    let visitors = VisitorGate()

    /// All ports; see the properties for what each must do.
    package init(
        owners: Owners, keyspaces: Keyspaces, keys: Keys, operators: Operators, providers: Providers,
        credentials: Credentials, integrations: Integrations, rotations: Rotations,
        offboardings: Offboardings, signReport: @escaping @Sendable (_ text: String) -> String, exposures: Exposures,
        uses: Uses,
        heldUses: HeldUses,
        hygiene: Hygiene, heldHygiene: HeldHygiene, tokenKeys: TokenKeys, depositing: DepositPort,
        authenticate: @escaping @Sendable (_ keyText: [UInt8], _ address: IPAddress?, _ now: Instant) -> Caller?,
        refusedUnauthenticated: @escaping @Sendable (_ address: IPAddress?) -> Void,
        pendingUse: @escaping @Sendable (Key) -> KeyUse,
        remaining: @escaping @Sendable (_ budgets: [HeldBudget], _ now: Instant) async throws -> [Balance],
        zones: TimeZones, signInRules: SignInRules,
        testCredential: @escaping TrialCalling = { _, _ in nil }, flushUses: @escaping @Sendable () async -> Void,
        events:
            @escaping @Sendable (
                Caller, EventChoice, _ after: Int64, _ limit: Int, _ now: Instant
            ) async throws -> [Event],
        audit: AuditPort, telling: TellingPort, vault: VaultPort,
        keptAnswer: @escaping @Sendable (Caller, _ permission: Scope, _ now: Instant) async throws -> [UInt8]?,
        proxyAuthority: @escaping @Sendable (Caller, _ now: Instant) async throws -> String,
        metrics: @escaping @Sendable () async -> String,
        isReady: @escaping @Sendable () async -> Bool,
        now: @escaping @Sendable () -> Instant
    ) {
        self.owners = owners
        self.keyspaces = keyspaces
        self.keys = keys
        self.operators = operators
        self.providers = providers
        self.credentials = credentials
        self.integrations = integrations
        self.rotations = rotations
        self.offboardings = offboardings
        self.signReport = signReport
        self.exposures = exposures
        self.uses = uses
        self.heldUses = heldUses
        self.hygiene = hygiene
        self.heldHygiene = heldHygiene
        self.tokenKeys = tokenKeys
        self.depositing = depositing
        self.authenticate = authenticate
        self.refusedUnauthenticated = refusedUnauthenticated
        self.pendingUse = pendingUse
        self.remaining = remaining
        self.zones = zones
        self.signInRules = signInRules
        self.testCredential = testCredential
        self.flushUses = flushUses
        self.events = events
        self.audit = audit
        self.telling = telling
        self.vault = vault
        self.keptAnswer = keptAnswer
        self.proxyAuthority = proxyAuthority
        self.metrics = metrics
        self.isReady = isReady
        self.now = now
    }
}

/// Which events a list shows. Absent conditions allow all.
package struct EventChoice: Equatable, Sendable {
    package var account: AccountID?
    /// `key.revoke`, ...
    package var action: String?
    /// Of one of these types; empty for all.
    package var types: [EventPattern]

    /// Events under these conditions.
    package init(account: AccountID? = nil, action: String? = nil, types: [EventPattern] = []) {
        self.account = account
        self.action = action
        self.types = types
    }
}
