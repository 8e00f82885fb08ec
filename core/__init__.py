"""What every room stands on: settings, database, errors, identity, events, jobs and the vendor gateways."""
