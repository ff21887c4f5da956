import Glibc
import Isolation

let surroundings = Surroundings(
  environment: ProcessEnvironment.variables, time: SystemTime(), output: FileOutput.standard,
  errors: FileOutput.error)
let program = Program(commands: Commands.all, surroundings: surroundings)
let code = await program.run(Array(CommandLine.arguments.dropFirst()))
exit(code.rawValue)
