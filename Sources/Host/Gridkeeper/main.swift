import Glibc
import Isolation
import Worker

FreeMemory.keepLittle()

// A worker is this program too; it shares nothing else with the command line.
if CommandLine.arguments.dropFirst().first == "worker" { WorkerMain.run(descriptor: 3) }

// The Lab and the fault simulation are processes whose time is virtual, from their first task on.
if ["lab", "faults"].contains(CommandLine.arguments.dropFirst().first) { LabProcess.run() }

SignalListener.block()
Task.detached {
  let surroundings = Surroundings(
    environment: ProcessEnvironment.variables, time: SystemTime(), output: FileOutput.standard,
    errors: FileOutput.error)
  let program = Program(commands: Commands.all, surroundings: surroundings)
  exit(await program.run(Array(CommandLine.arguments.dropFirst())).rawValue)
}
SignalListener.wait()
