import Glibc
import Isolation

let surroundings = Surroundings(
  environment: ProcessEnvironment.variables, time: SystemTime(), output: FileOutput.standard,
  errors: FileOutput.error)
let gridkeeper = Gridkeeper(commands: Commands.all, surroundings: surroundings)
let code = await gridkeeper.run(Array(CommandLine.arguments.dropFirst()))
exit(code.rawValue)
