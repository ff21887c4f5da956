import Worker

if CommandLine.arguments.dropFirst().first == "worker" { WorkerMain.run(descriptor: 3) }
print("gridkeeper")
