// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOSSL

/// Certificates made with the `openssl` command when the tests run, and thrown away after.
struct TestCertificates: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        /// For the name `api.example` and the address 127.0.0.1.
        case good = "DNS:api.example,IP:127.0.0.1"
        case otherName = "DNS:other.example"
        /// For `*.wild.example`.
        case wildcard = "DNS:*.wild.example"
        case otherAddress = "IP:127.0.0.2,DNS:127.0.0.1"
        case expired = "DNS:api.example,IP:127.0.0.1 "
        case selfSigned = "DNS:api.example"
    }

    static let shared: TestCertificates = {
        do { return try TestCertificates() } catch { fatalError("openssl: \(error)") }
    }()

    /// The authority that signed all but the self-signed one.
    let authority: String
    let otherAuthority: String
    private let chains: [Kind: String]
    private let key: String
    /// A client's certificate, signed by the other authority, and its key.
    let client: (chain: String, key: String)

    private init() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bitting-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let shell = Shell(folder: folder)
        for name in ["ca", "other", "leaf"] {
            try shell.openssl("ecparam -name prime256v1 -genkey -noout -out \(name).key")
        }
        for name in ["ca", "other"] {
            try shell.openssl("req -x509 -new -key \(name).key -subj /CN=\(name) -days 2 -out \(name).pem")
        }
        try shell.openssl("req -new -key leaf.key -subj /CN=api.example -out leaf.csr")
        var chains: [Kind: String] = [:]
        for kind in Kind.allCases {
            try "subjectAltName=\(kind.rawValue)\n".write(
                to: folder.appendingPathComponent("ext"), atomically: false, encoding: .utf8)
            let signer = kind == .selfSigned ? "-signkey leaf.key" : "-CA ca.pem -CAkey ca.key -set_serial 7"
            let days = kind == .expired ? -1 : 2
            try shell.openssl("x509 -req -in leaf.csr \(signer) -days \(days) -extfile ext -out leaf.pem")
            chains[kind] = try shell.read("leaf.pem")
        }
        try shell.openssl("req -new -key other.key -subj /CN=client -out client.csr")
        try shell.openssl(
            "x509 -req -in client.csr -CA other.pem -CAkey other.key -set_serial 8 -days 2 -out client.pem")
        client = (try shell.read("client.pem"), try shell.read("other.key"))
        self.chains = chains
        authority = try shell.read("ca.pem")
        otherAuthority = try shell.read("other.pem")
        key = try shell.read("leaf.key")
    }

    /// A server that shows this certificate.
    func server(_ kind: Kind, askingClients: Bool = false) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array((chains[kind] ?? "").utf8))
        let privateKey = try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
        if askingClients {
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(otherAuthority.utf8)))
        }
        return try NIOSSLContext(configuration: configuration)
    }
}

private struct Shell {
    let folder: URL

    func openssl(_ arguments: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments.split(separator: " ").map(String.init)
        process.currentDirectoryURL = folder
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(arguments: arguments) }
    }

    func read(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }

    struct Failure: Error { let arguments: String }
}
