// SPDX-License-Identifier: Apache-2.0
import Access
import CommandLine
import ControlPlane
import DataPlane
import Glibc
import HeldKeys
import IssuedKeys
import Logging
import Metering
import NIOCore
import SQLiteEngine
import ServiceLifecycle
import Storage
import SystemZones
import Telling
import Tokens
import UnixSignals
import Wire

/// `bitting serve`: opens the installation, fills memory, and runs both planes until told to stop.
@Sendable
func serve(_ options: ServeOptions) async throws {
    try Installation.check(options.database)
    Process.closeMemory()
    let place = try Installation(options.dataDirectory, masterKey: options.masterKey)
    let engine = try await place.openDatabase()
    try Files.lock(place.lockFile)
    let keyring = try await place.openKeyring(engine)
    let authority = try await place.proxyAuthority(engine, keyring)
    let vault = Vault(keyring: keyring)
    let loops = options.dataThreads ?? System.coreCount
    // One lane more than event loops: the control plane's, to authenticate its callers.
    let index = KeyIndex(lanes: loops + 1)
    EarlierFollowers.begin(index.following, in: place.directory)
    let lending = Lending()
    let mint = Mint(
        issuer: options.tokens.issuer ?? "http://\(options.dataAddress)", algorithm: options.tokens.algorithm)
    do {
        try await Opening.load(engine, into: index)
        try await Opening.load(engine, into: lending, vault: vault)
        for change in try await TokenRows.load(engine, keyring) { mint.apply(change) }
    } catch {
        throw Installation.failure(error)
    }
    let logger = Logger(label: "bitting") { StreamLogHandler.standardError(label: $0) }
    let bell = EventBell()
    let ledger = Ledger(
        engine: engine, index: index, lending: lending, vault: vault, mint: mint, random: .system, bell: bell)
    let dataKeys = DataKeys(counts: ledger, vault: vault, random: .system)
    let tokenKeys = TokenKeys(store: ledger.tokens(), random: .system)
    try await tokenKeys.tend(at: Clock.now())
    let depositKeys = DepositKeys(store: ledger.credentials(), vault: vault, random: .system)
    try await depositKeys.tend(at: Clock.now())
    let telling = try await TellingService(
        ledger, engine, keyring, bell, allowingPrivate: options.webhooksAllowedPrivate, logger: logger)
    let signer = try await place.signer(engine, keyring)
    let checkpoints = try CheckpointService(
        signer: TrailSigner(
            engine: engine, signer: signer,
            longestSilence: options.checkpoints.longestSilence),
        options: options.checkpoints, logger: logger)
    let refusals = RefusalTally(ledger: ledger)
    let lendUses = LendUses(lanes: loops)
    let flush = UseFlush(engine: engine, index: index, lendUses: lendUses, refusals: refusals, logger: logger)
    let signing = SignInService(
        ledger: ledger, engine: engine, allowingPrivate: options.issuersAllowedPrivate, logger: logger)
    let meters = Meters()
    let desk = QuotaDesk(engine: engine, meters: meters, ledger: ledger, zones: .system, logger: logger)
    var limits = ConnectionLimits()
    // Each event loop has a gate of its own.
    limits.badKeysPerMinute = options.badKeysPerMinute.map { max(1, $0 / loops) }
    let credentials = Credentials(
        store: ledger.credentials(), dataKeys: dataKeys,
        random: .system)
    let deleted = DeletedService(ledger: ledger, logger: logger)
    let dataPlane = DataPlane(
        index: index, loops: loops, lending: lending, lendUses: lendUses, meters: meters, lender: desk, mint: mint,
        oauth: .house(ledger, signing.signIns), holding: .house(credentials, deleted), trusting: options.trustedPeers,
        limits: limits, via: signer.verifier.viaName, log: try options.lendLog.map { try LendLogFile.open($0) })
    let dataAddress = try await bind(dataPlane, options.dataAddress)
    if let path = options.dataSocket { try await bind(dataPlane, socket: path) }
    let proxyAddress = try await startProxy(options.proxy, authority, dataPlane)
    let ports = controlPorts(
        ledger, engine, vault, dataKeys, index, controlLane: loops, lending, meters, mint, dataPlane, signer, flush,
        refusals,
        telling, vaultPort(place, engine, ledger, vault.keyring, dataKeys), depositPage: options.depositPage)
    let control = controlPlane(
        ports: ports, host: options.controlAddress.host.description, port: Int(options.controlAddress.port),
        logger: logger
    ) { address in tellReady(dataAddress, options.dataSocket, proxyAddress, address) }
    let group = ServiceGroup(
        configuration: ServiceGroupConfiguration(
            // The last one told to stop is the first: it signs what the others wrote at their end.
            services: [
                .init(service: checkpoints), .init(service: flush), .init(service: desk),
                .init(service: signing),
                .init(
                    service: ScheduleService(
                        ledger: ledger, credentials: credentials, flush: flush, tokenKeys: tokenKeys,
                        depositKeys: depositKeys, mint: mint, logger: logger)),
                .init(
                    service: RotationService(
                        ledger: ledger, credentials: credentials, dataKeys: dataKeys, lending: lending,
                        plane: dataPlane, logger: logger)),
                .init(
                    service: OffboardingService(
                        ledger: ledger, erasure: Erasure(store: ledger.credentials(), dataKeys: dataKeys),
                        logger: logger)),
                .init(service: deleted), .init(service: EchoService(plane: dataPlane, ledger: ledger)),
                .init(service: DataPlaneService(plane: dataPlane)),
                .init(service: telling.wayOut),
                .init(service: control),
                // Told to stop first, so that no call waits for events while the control plane waits for its calls.
                .init(service: telling),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
    do {
        try await group.run()
    } catch {
        throw HouseFailure(
            "Cannot listen on \(options.controlAddress) (\(type(of: error))).",
            fix: "Choose a free address with --control-address.")
    }
}

private func bind(_ plane: DataPlane, _ address: ListenAddress) async throws -> String {
    do {
        return try await plane.start(host: address.host.description, port: Int(address.port))
    } catch {
        throw HouseFailure("Cannot listen on \(address).", fix: "Choose a free address with --data-address.")
    }
}

private func bind(_ plane: DataPlane, socket path: String) async throws {
    do {
        try await plane.start(socket: path)
    } catch LocalSocket.Fault.inUse {
        throw HouseFailure(
            "Another program answers on \(path).", fix: "Stop it, or choose another place with --data-socket.")
    } catch LocalSocket.Fault.notSocket {
        throw HouseFailure(
            "\(path) is there and is no socket.", fix: "Move it away, or choose another place with --data-socket.")
    } catch LocalSocket.Fault.badPath {
        throw HouseFailure("A Unix socket cannot be at \(path).", fix: "Choose a path of at most 107 bytes.")
    } catch {
        throw HouseFailure(
            "Cannot listen on \(path).", fix: "Choose a place where this user may write with --data-socket.")
    }
}

/// One line on standard output, when both planes accept calls.
private func tellReady(
    _ dataAddress: String, _ dataSocket: String?, _ proxyAddress: String?, _ control: SocketAddress?
) {
    let host = control?.ipAddress ?? ""
    var writer = JSONWriter()
    writer.object { writer in
        writer.member("ready", true)
        writer.member("data_address", dataAddress)
        if let dataSocket { writer.member("data_socket", dataSocket) }
        if let proxyAddress { writer.member("proxy_address", proxyAddress) }
        writer.member("control_address", "\(host.contains(":") ? "[\(host)]" : host):\(control?.port ?? 0)")
    }
    writer.append(0x0A)
    let line = writer.bytes
    _ = unsafe line.withUnsafeBytes { unsafe write(STDOUT_FILENO, $0.baseAddress, $0.count) }
}

/// Drains the data plane when the program is told to stop.
private struct DataPlaneService: Service {
    let plane: DataPlane

    func run() async throws {
        try? await gracefulShutdown()
        await plane.drain()
    }
}
