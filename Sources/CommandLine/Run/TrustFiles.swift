// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Secrets

/// The files in which a program that runs through the proxy finds whom to trust. They hold nothing secret; what matters
/// is that nobody else can write them.
///
/// They stay after the program ends, under a name made of their contents, and are used again.
struct TrustFiles {
    /// Where they are.
    struct Written {
        let authority: String
        let bundle: String
    }

    private static let systemBundles = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ]

    /// Writes them, if they are not there: `authority` is PEM.
    static func write(_ authority: [UInt8], in environment: [String: String]) throws(CommandFailure) -> Written {
        let folder = try folder(environment)
        let known = try systemBundle(environment)
        return Written(
            authority: try write(authority, to: folder, "proxy-ca"),
            bundle: try write(known + [0x0a] + authority, to: folder, "trusted"))
    }

    /// A folder that only this user can enter.
    private static func folder(_ environment: [String: String]) throws(CommandFailure) -> String {
        let named = { (name: String) in environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
        let cache = named("XDG_CACHE_HOME") ?? named("HOME").map { $0 + "/.cache" }
        var tried: [String] = []
        for place in [cache, named("XDG_RUNTIME_DIR"), "/tmp"].compactMap(\.self) {
            let path = place == "/tmp" ? "/tmp/bitting-\(getuid())" : place + "/bitting"
            unsafe mkdir(place, 0o700)
            unsafe mkdir(path, 0o700)
            if isOurs(path) { return path }
            tried.append(path)
        }
        throw CommandFailure(
            "No folder for the authority's certificate can be made: \(tried.joined(separator: ", ")).",
            fix: "Set XDG_CACHE_HOME to a folder of this user's.")
    }

    private static func isOurs(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid()
            && status.st_mode & 0o022 == 0
    }

    private static func systemBundle(_ environment: [String: String]) throws(CommandFailure) -> [UInt8] {
        let told = environment["SSL_CERT_FILE"].flatMap { $0.isEmpty ? nil : $0 }
        let places = told.map { [$0] } ?? systemBundles
        guard let place = places.first(where: { unsafe access($0, R_OK) == 0 }) else { return [] }
        guard let bytes = try FileBytes.contents(place, limit: 16 << 20) else {
            throw CommandFailure("\(place) is too long for a list of authorities.", fix: "Check SSL_CERT_FILE.")
        }
        return bytes
    }

    private static func write(_ bytes: [UInt8], to folder: String, _ name: String) throws(CommandFailure) -> String {
        let path = "\(folder)/\(name)-\(Digest(of: bytes.span).hexadecimal.prefix(16)).pem"
        if let kept = try? FileBytes.contents(path, limit: bytes.count), kept == bytes { return path }
        let draft = "\(path).\(getpid())"
        unsafe unlink(draft)
        let file = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw cannotWrite(path) }
        let fault = FileBytes.write(bytes, to: file)
        FileBytes.close(file)
        guard fault == 0, unsafe rename(draft, path) == 0 else {
            unsafe unlink(draft)
            throw cannotWrite(path)
        }
        return path
    }

    private static func cannotWrite(_ path: String) -> CommandFailure {
        CommandFailure(
            "\(path) cannot be written: \(unsafe String(cString: strerror(errno))).",
            fix: "Make room, or set XDG_CACHE_HOME to a folder of this user's.")
    }
}
