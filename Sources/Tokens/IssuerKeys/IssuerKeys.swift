// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Secrets

/// The keys of issuers: fetched when they are needed, kept as long as they say within bounds, and never fetched twice
/// at once. Only places that stand in rules are asked, so nobody who shows a token chooses where we call.
package actor IssuerKeys {
    private let fetch: WebFetch
    /// Told when a place cannot be had, for the log: the issuer and why.
    private let report: @Sendable (_ issuer: String, _ reason: String) -> Void
    private var kept: [Place: KeptKeys] = [:]
    private var asking: [Place: Task<Void, Never>] = [:]

    /// So many places are remembered; beyond them one is forgotten for each new one.
    private static let mostPlaces = 1000

    private struct Place: Hashable {
        let issuer: String
        let keys: KeyPlace
    }

    /// Keys that are fetched like this.
    package init(
        fetch: @escaping WebFetch, report: @escaping @Sendable (_ issuer: String, _ reason: String) -> Void
    ) {
        self.fetch = fetch
        self.report = report
    }

    /// Throws unless the token was signed by a key that the place has.
    func check(_ token: ForeignToken, keys: KeyPlace, at now: Instant) async throws(SignInRefusal) {
        let key = try await key(for: token, Place(issuer: token.claims.issuer, keys: keys), at: now)
        guard key.accepts(token.signature, of: token.signed, by: token.algorithm) else { throw .signatureInvalid }
    }

    private func key(for token: ForeignToken, _ place: Place, at now: Instant) async throws(SignInRefusal) -> ForeignKey
    {
        if case .pinned(let text) = place.keys.way {
            guard let set = try? ForeignKeySet(Array(text.utf8)) else { throw .keysUnavailable }
            return try set.key(for: token)
        }
        switch kept[place]?.step(at: now) ?? .ask {
        case .use: break
        case .ask: await ask(place, at: now)
        case .wait: throw .keysUnavailable
        }
        guard let set = kept[place]?.set else { throw .keysUnavailable }
        do throws(SignInRefusal) {
            return try set.key(for: token)
        } catch {
            guard error == .keyUnknown, kept[place]?.mayAskForStranger(at: now) ?? false else { throw error }
        }
        await ask(place, at: now)
        guard let newer = kept[place]?.set else { throw .keysUnavailable }
        return try newer.key(for: token)
    }

    /// Asks once, however many wait for it.
    private func ask(_ place: Place, at now: Instant) async {
        if let asking = asking[place] { return await asking.value }
        let etag = kept[place]?.etag
        let task = Task { await self.fetchSet(place, etag, at: now) }
        asking[place] = task
        await task.value
        asking[place] = nil
    }

    private func fetchSet(_ place: Place, _ etag: String?, at now: Instant) async {
        makeRoom(for: place)
        do throws(WebFault) {
            let document = try await document(place, etag)
            let length = Freshness.length(document.cacheControl)
            if document.isUnchanged, let set = kept[place]?.set {
                kept[place]?.took(set, etag: etag, freshFor: length, at: now)
            } else {
                kept[place, default: KeptKeys()].took(
                    try Self.set(document), etag: document.etag, freshFor: length, at: now)
            }
        } catch {
            kept[place, default: KeptKeys()].failed(at: now)
            report(place.issuer, error.reason)
        }
    }

    private func document(_ place: Place, _ etag: String?) async throws(WebFault) -> WebDocument {
        let authorities = place.keys.certificateAuthorities
        let address: String
        switch place.keys.way {
        case .address(let url): address = url
        case .discovery:
            let found = try await fetch(
                WebRequest(url: IssuerURL.discovery(of: place.issuer), certificateAuthorities: authorities))
            address = try Discovery.keyAddress(found.body, issuer: place.issuer)
        case .pinned: throw WebFault("pinned keys are not fetched")
        }
        return try await fetch(WebRequest(url: address, etag: etag, certificateAuthorities: authorities))
    }

    private static func set(_ document: WebDocument) throws(WebFault) -> ForeignKeySet {
        do throws(ForeignKeySet.Fault) {
            return try ForeignKeySet(document.body)
        } catch {
            throw WebFault(
                error == .tooMany
                    ? "its key set has more than \(ForeignKeySet.mostKeys) keys" : "its key set is no JWK Set")
        }
    }

    private func makeRoom(for place: Place) {
        guard kept[place] == nil, kept.count >= Self.mostPlaces, let other = kept.keys.first else { return }
        kept[other] = nil
    }
}
