# Writes OUTPUT: every FOLDER/NNNN_name.sql as a db::Migration of FUNCTION (namespace::Name).
string(REGEX REPLACE "::[A-Za-z]+$" "" scope ${FUNCTION})
string(REGEX REPLACE "^.*::" "" name ${FUNCTION})
file(GLOB files ${FOLDER}/*.sql)
list(FILTER files EXCLUDE REGEX "\\.postgres\\.sql$")
list(SORT files)
set(rows "")
foreach(file IN LISTS files)
  get_filename_component(stem ${file} NAME_WE)
  string(REGEX MATCH "^[0-9]+" number ${stem})
  string(REGEX REPLACE "^0+" "" number ${number})
  file(READ ${file} sql)
  set(postgres "")
  if(EXISTS ${FOLDER}/${stem}.postgres.sql)
    file(READ ${FOLDER}/${stem}.postgres.sql postgres)
  endif()
  string(APPEND rows "      {${number}, \"${stem}\",\n       R\"jointlysql(${sql})jointlysql\",\n"
                     "       R\"jointlysql(${postgres})jointlysql\"},\n")
endforeach()
file(
  WRITE ${OUTPUT}
  "#include \"common/db/migration.h\"\n\nnamespace jointly::${scope} {\n\n"
  "const std::vector<db::Migration>& ${name}() {\n"
  "  static const std::vector<db::Migration> kMigrations = {\n${rows}  };\n"
  "  return kMigrations;\n}\n\n}  // namespace jointly::${scope}\n")
