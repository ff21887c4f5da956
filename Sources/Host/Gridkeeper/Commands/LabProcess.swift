import Glibc
import Isolation
import Lab

/// The command line as a process of the Lab: one thread, virtual time, nothing random.
enum LabProcess {
  /// Runs the call and ends the process.
  static func run() -> Never {
    repeatably()
    let code = VirtualTime.run {
      let surroundings = Surroundings(
        environment: ProcessEnvironment.variables, time: SystemTime(),
        output: FileOutput.standard, errors: FileOutput.error)
      let program = Program(commands: Commands.all, surroundings: surroundings)
      return await program.run(Array(CommandLine.arguments.dropFirst()))
    }
    guard let code else {
      FileOutput.error.line("\(Program.name): the run waits for something that never happens")
      exit(ExitCode.failure.rawValue)
    }
    exit(code.rawValue)
  }

  /// The language seeds its hashing anew in each process, and whatever walks over a set or a
  /// dictionary, plugins included, sees another order. It is told not to before it starts.
  private static func repeatably() {
    let variable = "SWIFT_DETERMINISTIC_HASHING"
    guard unsafe getenv(variable) == nil else { return }
    unsafe setenv(variable, "1", 1)
    var words = unsafe CommandLine.arguments.map { unsafe strdup($0) }
    unsafe words.append(nil)
    unsafe execv("/proc/self/exe", words)
    // It goes on as it is when the program cannot be started again.
  }
}
