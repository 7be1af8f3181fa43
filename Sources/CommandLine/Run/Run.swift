// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import BittingClient
internal import Wire

/// `bitting run`
struct Run: Act {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Start a program that calls through the app's integrations.",
        usage:
            "bitting run --integration <name> … [--proxy] [--reveal --reason <text>] [<options>] -- <command> [<argument> …]",
        discussion: """
            Sets the variables that the provider's own libraries read (base URL and key), and takes this process's place: \
            signals and exit status are the program's. The key is the app's own, from BITTING_APP_KEY or BITTING_KEY; a \
            management key is not handed on. Nothing secret is ever an argument.

            With --proxy, also HTTPS_PROXY and the variables by which programs are told whom to trust, for programs whose \
            base URL cannot be changed. With --reveal, the held value itself, where the integration allows it: that is an \
            exposure, and is recorded with the reason.

            Exit status: the program's; 126 it cannot be run, 127 there is none; else 1 refused, 2 could not be tried.
            """)

    @Option(help: ArgumentHelp("An integration of the app; may be repeated.", valueName: "name"))
    var integration: [String] = []

    @Option(
        help: ArgumentHelp(
            "A further variable: NAME={base_url}/v1, {key}, {value} or a part of the value; may be repeated.",
            discussion: "What is in braces is that of the first integration.", valueName: "name=format"))
    var set: [String] = []

    @Flag(help: "Set HTTPS_PROXY and whom to trust, too.")
    var proxy = false

    @Option(
        help: ArgumentHelp(
            "Where the forward proxy listens. BITTING_PROXY_URL; default \(Defaults.proxyURL)", valueName: "url"))
    var proxyURL: String?

    @Flag(help: "Set the held value itself, where the integration reveals it. Needs --reason.")
    var reveal = false

    @Option(help: ArgumentHelp("Why the value is needed; it is recorded.", valueName: "text"))
    var reason: String?

    @Option(
        help: ArgumentHelp(
            "Where the data plane listens. BITTING_DATA_URL; default \(Defaults.dataURL)", valueName: "url"))
    var dataURL: String?

    @Argument(parsing: .postTerminator, help: "The program and its arguments, after `--`.")
    var command: [String] = []

    func validate() throws {
        guard !integration.isEmpty else { throw ValidationError("Name an integration with --integration.") }
        guard !command.isEmpty else { throw ValidationError("Name a program after `--`.") }
        guard reveal == (reason != nil) else { throw ValidationError("--reveal and --reason belong together.") }
        for text in set where !ChildEnvironment.isName(String(text.prefix { $0 != "=" })) || !text.contains("=") {
            throw ValidationError("--set takes NAME=FORMAT.")
        }
    }

    func run(in surroundings: Surroundings) async throws -> ExitStatus {
        let key = try appKey(surroundings)
        let lender = RunLender(
            dataURL: surroundings.setting(dataURL, "BITTING_DATA_URL") ?? Defaults.dataURL, key: key,
            transport: surroundings.transport)
        var child = ChildEnvironment(surroundings, appKey: key)
        for (position, name) in integration.enumerated() {
            let card = try await lender.card(of: name)
            var values = ["base_url": lender.baseURL(of: name), "key": key]
            for line in card.environment { try child.set(line, values) }
            if let reason {
                values.merge(try await lender.reveal(name, reason: reason)) { own, _ in own }
                for line in card.revealEnvironment { try child.set(line, values) }
            }
            if position == 0 { try setFurther(values, in: &child) }
        }
        if proxy {
            let variables = try await proxyVariables(key, lender, surroundings)
            for (name, value) in variables.all { child.set(name, value) }
        }
        return try launch(child, surroundings)
    }

    private func setFurther(_ values: [String: String], in child: inout ChildEnvironment) throws(CommandFailure) {
        for text in set {
            let name = String(text.prefix { $0 != "=" })
            let format = VariableFormat(String(text.dropFirst(name.count + 1)))
            guard let value = format.filled(values) else {
                let missing = format.names.first { values[$0] == nil } ?? ""
                throw CommandFailure(
                    "--set \(name) asks for {\(missing)}, which is not here.",
                    fix: "There are \(values.keys.sorted().map { "{\($0)}" }.joined(separator: ", "))"
                        + (reveal ? "." : "; {value} only with --reveal."))
            }
            child.set(name, value)
        }
    }

    private func appKey(_ surroundings: Surroundings) throws(CommandFailure) -> String {
        guard let key = surroundings.setting(nil, "BITTING_APP_KEY") ?? surroundings.setting(nil, "BITTING_KEY") else {
            throw CommandFailure(
                "Neither BITTING_APP_KEY nor BITTING_KEY is set.",
                fix: "Put a key that the app owns into the environment variable BITTING_APP_KEY.")
        }
        return key
    }

    private func proxyVariables(
        _ key: String, _ lender: RunLender, _ surroundings: Surroundings
    ) async throws -> ProxyVariables {
        let address = surroundings.setting(proxyURL, "BITTING_PROXY_URL") ?? Defaults.proxyURL
        let trust = try TrustFiles.write(
            try await lender.authority(ofProxyAt: address), in: surroundings.environment)
        return try ProxyVariables(
            address: address, key: key, integration: integration.count == 1 ? integration[0] : nil, trust: trust)
    }

    private func launch(_ child: ChildEnvironment, _ surroundings: Surroundings) throws(CommandFailure) -> ExitStatus {
        let launch = Launch(
            command: command[0], arguments: Array(command.dropFirst()), environment: child.variables)
        let number = surroundings.launch(launch)
        guard number == 0 else { throw launch.failure(number) }
        return .done
    }
}
