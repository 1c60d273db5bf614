"""Every public address, each with the costliest that it can be asked for, measured one by one."""
