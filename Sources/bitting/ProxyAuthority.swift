// SPDX-License-Identifier: Apache-2.0
import Access
import CommandLine
import Glibc
import LocalAuthority
import SQLiteEngine
import Secrets
import Storage

extension Installation {
    /// Where the authority's certificate lies, for programs that are to trust it.
    var proxyAuthorityFile: String { "\(directory)/proxy-ca.pem" }

    /// The forward proxy's certificate authority; made when there is none, or when it has ended.
    func proxyAuthority(_ engine: SQLiteEngine, _ keyring: Keyring) async throws -> LocalAuthority {
        let now = Clock.now()
        let authority: LocalAuthority
        do {
            if let kept = try await Self.readProxyAuthority(engine, keyring), kept.expiresAt > now {
                authority = kept
            } else {
                authority = LocalAuthority.make(at: now)
                try await ProxyAuthorityRows.keep(
                    engine, keyring, certificate: authority.certificate, key: authority.secretKey, at: now)
            }
        } catch is SealFailure, is LocalAuthority.Fault {
            throw HouseFailure(
                "The forward proxy's authority does not open: it was altered, or is of another installation.",
                fix: "Put the database back from its backup; find out who could write it.")
        } catch {
            throw Installation.failure(error)
        }
        try Files.writePublic(Array(authority.pem.utf8), to: proxyAuthorityFile)
        return authority
    }

    private static func readProxyAuthority(_ engine: SQLiteEngine, _ keyring: Keyring) async throws -> LocalAuthority? {
        guard let kept = try await ProxyAuthorityRows.read(engine, keyring) else { return nil }
        return try LocalAuthority(certificate: kept.certificate, key: kept.key)
    }
}

extension Files {
    /// Writes a small file that everybody may read, in the place of one that says something else.
    static func writePublic(_ bytes: [UInt8], to path: String) throws {
        let draft = path + ".new"
        unsafe unlink(draft)
        let file = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw cannotWrite(path) }
        defer { close(file) }
        let written = unsafe bytes.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
        guard written == bytes.count, fchmod(file, 0o644) == 0, fsync(file) == 0, unsafe Glibc.rename(draft, path) == 0
        else {
            let failure = cannotWrite(path)
            unsafe unlink(draft)
            throw failure
        }
    }
}
