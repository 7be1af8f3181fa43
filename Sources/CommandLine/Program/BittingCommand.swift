// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Glibc
internal import Wire

/// The program `bitting`, given its engine by the composition root.
package enum BittingCommand {
    /// Runs the command of this process's arguments and ends the process.
    package static func main(house: House, inheritance: Inheritance) async -> Never {
        // A reader that goes away (`| head`) is no reason to die with a signal.
        signal(SIGPIPE, SIG_IGN)
        let status = await run(
            Array(CommandLine.arguments.dropFirst()), in: .process(house: house, inheritance: inheritance))
        exit(status)
    }

    /// Runs the command of these arguments, without the program's name. Returns the exit status: 0 done or yes, 1 no or
    /// refused, 2 used wrongly or could not be tried.
    package static func run(_ arguments: [String], in surroundings: Surroundings) async -> Int32 {
        let command: any ParsableCommand
        do {
            command = try Root.parseAsRoot(arguments)
        } catch {
            return Parting(error, arguments: arguments).say(on: surroundings.terminal)
        }
        guard let act = command as? any Act else { return help(command, surroundings) }
        do {
            return try await act.run(in: surroundings).rawValue
        } catch {
            return report(CommandFailure(error), asJSON: arguments.contains("--json"), on: surroundings.terminal)
        }
    }

    /// What a noun without a verb, or the program without anything, answers with.
    private static func help(_ command: any ParsableCommand, _ surroundings: Surroundings) -> Int32 {
        var command = command
        do {
            try command.run()
            return ExitStatus.done.rawValue
        } catch {
            return Parting(error, arguments: []).say(on: surroundings.terminal)
        }
    }

    private static func report(_ failure: CommandFailure, asJSON: Bool, on terminal: Terminal) -> Int32 {
        terminal.write(.error, Array((asJSON ? failure.json.text + "\n" : failure.lines).utf8))
        return failure.status.rawValue
    }
}
