// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// The event loops' own rooms: in release, exclusive access is checked by the compiler alone. What only a run can
/// check is checked in the debug builds that the tests run; on the hot path it would cost 5 %.
let hotSettings = settings + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

/// One outside product. Each package is named once, here, and again only in `packages` below.
enum Outside {
    static let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
    static let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
    static let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
    static let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
    static let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
    static let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
    static let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
    static let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
    static let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
    static let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
    static let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
    static let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
    static let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
    static let nioHPACK = Target.Dependency.product(name: "NIOHPACK", package: "swift-nio-http2")
    static let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
    static let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
    static let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
    static let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
    static let yams = Target.Dependency.product(name: "Yams", package: "Yams")
}

let packages: [Package.Dependency] = [
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
]

/// A room is a target; what it may import is its wall. `script/walls` holds every `import` against the same table.
func room(
    _ name: String, own: [String] = [], outside: [Target.Dependency] = [], resources: [Resource] = [],
    isHot: Bool = false
) -> Target {
    .target(
        name: name, dependencies: own.map { .byName(name: $0) } + outside, resources: resources,
        swiftSettings: isHot ? hotSettings : settings)
}

func tests(of name: String, own: [String] = [], outside: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: ([name] + own).map { .byName(name: $0) } + outside, swiftSettings: settings)
}

let package = Package(
    name: "bitting",
    products: [
        .executable(name: "bitting", targets: ["bitting"]),
        .library(name: "BittingClient", targets: ["BittingClient"]),
        .library(name: "BittingHummingbird", targets: ["BittingHummingbird"]),
    ],
    dependencies: packages,
    targets: [
        room("Secrets", outside: [Outside.crypto, Outside.cryptoExtras]),
        room("Wire"),
        room("Access", own: ["Secrets"]),
        room("Metering", own: ["Access"], isHot: true),
        room("IssuedKeys", own: ["Secrets", "Access", "Metering"], isHot: true),
        room("HeldKeys", own: ["Secrets", "Access"], isHot: true),
        room("Shapes", own: ["Access", "Wire", "HeldKeys"]),
        room("Offboarding", own: ["Secrets", "Access", "IssuedKeys", "HeldKeys"]),
        room("Tokens", own: ["Secrets", "Access", "Wire"]),
        room("Telling", own: ["Secrets", "Access", "Wire"]),
        room(
            "Storage",
            own: [
                "Secrets", "Access", "Metering", "Wire", "IssuedKeys", "HeldKeys", "Offboarding", "Tokens", "Telling",
            ]),
        room("SQLiteEngine", own: ["Storage"], outside: [Outside.grdb]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        room(
            "Egress", own: ["Secrets", "Access", "Wire", "HeldKeys", "CZlib"],
            outside: [Outside.nioCore, Outside.nioPosix, Outside.nioTLS, Outside.nioSSL], isHot: true),
        room("SystemZones", own: ["Access"]),
        room(
            "LocalAuthority", own: ["Secrets", "Access"], outside: [Outside.crypto, Outside.x509, Outside.asn1]),
        room(
            "DataPlane",
            own: [
                "Secrets", "Access", "Metering", "Wire", "IssuedKeys", "HeldKeys", "Tokens", "Egress",
            ],
            outside: [Outside.nioCore, Outside.nioPosix, Outside.nioTLS, Outside.nioSSL], isHot: true),
        room(
            "ControlPlane",
            own: [
                "Secrets", "Access", "Metering", "Wire", "IssuedKeys", "HeldKeys", "Offboarding", "Shapes", "Tokens",
                "Telling",
            ],
            outside: [
                Outside.hummingbird, Outside.hummingbirdCore, Outside.httpTypes, Outside.nioCore, Outside.nioHTTP1,
                Outside.logging,
            ],
            resources: [.embedInCode("Resources/bitting.yaml"), .embedInCode("Resources/deposit.html")]),
        room(
            "BittingClient", own: ["Secrets", "Access", "Wire"],
            outside: [Outside.httpClient, Outside.nioCore, Outside.nioHTTP1]),
        room(
            "BittingHummingbird", own: ["BittingClient"],
            outside: [Outside.hummingbird, Outside.httpTypes, Outside.logging, Outside.nioCore]),
        room(
            "CommandLine", own: ["Secrets", "Access", "Wire", "HeldKeys", "Shapes", "BittingClient"],
            outside: [Outside.arguments, Outside.yams],
            // One resource a file: SwiftPM makes each a constant of its own.
            resources: [.embedInCode("Resources/providers")]),
        .executableTarget(
            name: "bitting",
            dependencies: [
                "Secrets", "Access", "Metering", "Wire", "IssuedKeys", "HeldKeys", "Offboarding", "Tokens", "Telling",
                "Storage", "SQLiteEngine", "SystemZones", "Egress", "LocalAuthority", "DataPlane", "ControlPlane",
                "CommandLine",
                Outside.lifecycle, Outside.signals, Outside.logging,
                Outside.nioCore, Outside.nioPosix,
            ],
            swiftSettings: settings),
        room(
            "TestKit", own: ["Secrets", "Access", "Metering", "IssuedKeys", "HeldKeys", "Storage", "SQLiteEngine"]),
        .executableTarget(
            name: "BittingBench",
            dependencies: [
                "Secrets", "Access", "Metering", "IssuedKeys", "HeldKeys", "Storage", "SQLiteEngine", "BittingClient",
            ],
            path: "Benchmarks/BittingBench", swiftSettings: settings),
        tests(of: "Secrets", own: ["TestKit"]),
        tests(of: "Wire", outside: [Outside.nioCore, Outside.nioEmbedded, Outside.nioHTTP1]),
        tests(of: "Access", own: ["Secrets", "TestKit"]),
        tests(of: "Metering", own: ["Access", "TestKit"]),
        tests(of: "IssuedKeys", own: ["Secrets", "Access", "Metering", "TestKit"]),
        tests(of: "HeldKeys", own: ["Secrets", "Access", "TestKit"]),
        tests(of: "Shapes", own: ["Access", "Wire", "HeldKeys", "TestKit"]),
        tests(of: "Tokens", own: ["Secrets", "Access", "Wire", "TestKit"]),
        tests(of: "Telling", own: ["Secrets", "Access", "Wire", "TestKit"]),
        tests(
            of: "Storage",
            own: [
                "Secrets", "Access", "Metering", "Wire", "IssuedKeys", "HeldKeys", "Tokens", "Telling", "SQLiteEngine",
                "TestKit",
            ]),
        tests(
            of: "Egress", own: ["Secrets", "Access", "Wire", "HeldKeys"],
            outside: [Outside.nioCore, Outside.nioPosix, Outside.nioEmbedded, Outside.nioTLS, Outside.nioSSL]),
        tests(
            of: "LocalAuthority", own: ["Secrets", "Access", "TestKit"],
            outside: [Outside.crypto, Outside.x509, Outside.asn1]),
        tests(
            of: "DataPlane",
            own: [
                "Secrets", "Access", "Metering", "Wire", "IssuedKeys", "HeldKeys", "Tokens", "Egress",
                "TestKit",
            ],
            outside: [
                Outside.nioCore, Outside.nioPosix, Outside.nioEmbedded, Outside.nioHPACK, Outside.nioSSL,
            ]),
        tests(
            of: "ControlPlane",
            own: [
                "Secrets", "Access", "Metering", "Wire", "IssuedKeys", "HeldKeys", "Offboarding", "Shapes", "Tokens",
                "Telling",
                "Storage", "SQLiteEngine",
            ],
            outside: [
                Outside.hummingbird, Outside.hummingbirdTesting, Outside.httpTypes, Outside.yams, Outside.logging,
                Outside.nioCore, Outside.nioEmbedded, Outside.nioHTTP1,
            ]),
        tests(of: "CommandLine", own: ["Secrets", "Access", "Wire", "HeldKeys", "Shapes", "BittingClient"]),
        tests(
            of: "BittingClient",
            own: [
                "Secrets", "Access", "Metering", "Wire", "IssuedKeys", "HeldKeys", "Storage", "DataPlane", "TestKit",
            ]),
        tests(
            of: "BittingHummingbird",
            own: ["BittingClient", "Access", "Metering", "Wire", "IssuedKeys", "HeldKeys", "DataPlane", "TestKit"],
            outside: [Outside.hummingbird, Outside.hummingbirdTesting, Outside.httpTypes, Outside.nioCore]),
    ]
)
