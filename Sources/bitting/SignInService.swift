// SPDX-License-Identifier: Apache-2.0
import Access
import Egress
import Logging
import ServiceLifecycle
import Storage
import Tokens

/// Machines that sign in, wired to storage and to the way out; twice a minute it writes down who was refused and forgets
/// used identities that have ended.
final class SignInService: Service {
    /// What the data plane asks.
    let signIns: SignIns
    private let tally: SignInTally
    private let engine: any Engine
    private let logger: Logger

    static let every = Duration.seconds(30)

    init(ledger: Ledger, engine: any Engine, allowingPrivate allowed: [AddressRange], logger: Logger) {
        let tally = SignInTally(ledger: ledger)
        self.tally = tally
        self.engine = engine
        self.logger = logger
        let fetch = Fetch(allowingPrivate: allowed)
        let keys = IssuerKeys(fetch: { request throws(WebFault) in try await fetch.document(request) }) {
            issuer, reason in
            logger.error("An issuer's keys cannot be had", metadata: ["issuer": "\(issuer)", "reason": "\(reason)"])
        }
        signIns = SignIns(keys: keys) {
            try await ledger.activeSignInRules(of: $0)
        } secret: {
            try await ledger.currentSecret(of: $0)
        } write: {
            try await ledger.write($0)
        } refused: {
            tally.count($0)
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.every)
                await self.tally.flush()
                await self.forget()
            }
        }
        await tally.flush()
    }

    private func forget() async {
        do {
            try await UsedIdentities.removeEnded(engine, at: Clock.now())
        } catch {
            logger.error(
                "Used identities that have ended could not be removed; it is tried again",
                metadata: ["error": "\(type(of: error))"])
        }
    }
}

extension Fetch {
    /// Gets a document of an issuer. Anything but 200, or 304 where a tag was sent, is none.
    fileprivate func document(_ request: WebRequest) async throws(WebFault) -> WebDocument {
        let page: Page
        do throws(FetchFault) {
            page = try await get(
                request.url, etag: request.etag, certificateAuthorities: request.certificateAuthorities,
                longest: WebRequest.longest)
        } catch {
            throw WebFault(error.reason)
        }
        let isUnchanged = page.status == 304 && request.etag != nil
        guard page.status == 200 || isUnchanged else { throw WebFault("it answered with \(page.status)") }
        return WebDocument(
            isUnchanged: isUnchanged, body: page.body, etag: page.etag, cacheControl: page.cacheControl)
    }
}
