//! Made-up people: the same ones in every run, with names as they are spread in nine
//! countries: a few that many have, and many that few have.

use kinfold::{AddressPatch, Change, Draft, TextField};

use unicode_normalization::UnicodeNormalization;

use super::dice::Dice;

/// The most frequent first.
const GIVEN: &str = "
    James Mary Robert Maria João Anna José Michael Jennifer David Patricia William Elizabeth
    Thomas Linda Peter Barbara Jan Susan Daniel Sarah Andreas Karen Christian Nancy Pierre
    Julia Juan Laura Luis Marie Carlos Ana Paul Sandra Stefan Ashley Jean Emily Mark Sophie
    Miguel Camille Pedro Nicole Lucas Katherine Martin Stephanie Antonio Catherine Alexander
    Christine Steven Samantha Edward Deborah Brian Rachel Ronald Carolyn Anthony Janet Kevin
    Virginia Jason Heather Matthew Diane Gary Julie Timothy Joyce Larry Victoria Jeffrey Kelly
    Frank Christina Scott Joan Eric Evelyn Stephen Lauren Andrew Judith Raymond Megan Gregory
    Cheryl Joshua Andrea Jerry Hannah Dennis Jacqueline Walter Martha Patrick Gloria Harold
    Teresa Douglas Sara Henry Janice Carl Ann Arthur Kathryn Ryan Abigail Roger Sophia Joe
    Frances Jack Jean-Luc Albert Alice Jonathan Judy Justin Isabella Terry Gerald Grace Keith
    Denise Samuel Amber Willie Danielle Ralph Brittany Lawrence Rose Nicholas Diana Roy Natalie
    Benjamin Olivia Bruce Lori Brandon Kathleen Adam Tiffany Harry Wayne Alan Shirley Zachary
    Kyle Amy Jeremy Angela Sean Rebecca Austin Debra Noah Charlotte Ethan Jürgen Günther
    Wolfgang Klaus Uwe Hans Dieter Jörg Sabine Monika Renate Ursula Petra Ingrid Gisela Heike
    Silke Katrin Anke Björn Sören Lena Leonie Finn Jonas Lukas Felix Maximilian Moritz Tobias
    Sebastian Florian Matthias Markus Frédéric François Étienne Hélène Élodie Aurélie Céline
    Océane Margaux Manon Chloé Zoé Théo Rémi Loïc Benoît Jérôme Guillaume Mathieu Antoine
    Hugues Gérard Bernard Michel Philippe Nathalie Isabelle Sylvie Véronique Brigitte Odette
    Alejandro Guadalupe Francisco Ximena Rocío Concepción Ramón Ángel Jesús Raúl Óscar Iván
    Verónica Mónica Beatriz Lucía Sofía Valentina Camila Fernanda Gabriela Alejandra Esperanza
    Ignacio Joaquín Gonzalo Rodrigo Hernán Emiliano Itzel Yolanda Graciela Leticia Antônio
    Luiz Caio Thiago Guilherme Gustavo Vinícius Matheus Letícia Luíza Júlia Isadora Yasmin
    Larissa Bruna Raíssa Heloísa Cecília Benício Davi Enzo Otávio Murilo Giuseppe Francesca
    Giovanni Chiara Alessandro Giulia Lorenzo Elena Matteo Federica Marco Silvia Luca Paola
    Stefano Roberta Davide Ilaria Riccardo Simona Salvatore Rosaria Pasquale Concetta Lars
    Karl Erik Johan Anders Per Nils Sven Olof Gunnar Åke Göran Håkan Kerstin Birgitta Eva
    Karin Margareta Lennart Ulla Astrid Elsa Saga Linnéa Ebba Maja Wilma Oskar Viktor Axel
    Jiří Jana Petr Pavel Jaroslav Věra Zdeněk Lenka Tomáš Kateřina Miroslav Ludmila František
    Hana Václav Zdeňka Josef Božena Karel Jitka Milan Ivana Vladimír Tereza Jakub Markéta
    Ondřej Barbora Vojtěch Adéla Štěpán Kristýna Filip Eliška";

const FAMILY: &str = "
    Smith Silva Müller Johnson García Santos Williams Martin Schmidt Jones Hernández Brown
    Oliveira Bernard Davis Martínez Schneider Souza Miller López Taylor Rodrigues Fischer
    Wilson González Dubois Ferreira Weber Moore Pérez Thomas Alves Meyer Anderson Rodríguez
    Robert Pereira Wagner Jackson Sánchez Richard Lima Becker White Ramírez Petit Gomes Schulz
    Harris Cruz Durand Ribeiro Hoffmann Thompson Flores Leroy Carvalho Schäfer Gómez Moreau
    Almeida Koch Robinson Morales Simon Lopes Bauer Clark Vázquez Laurent Soares Richter Lewis
    Jiménez Lefebvre Fernandes Klein Lee Reyes Michel Vieira Wolf Walker Torres Garcia Barbosa
    Schröder Hall Díaz David Rocha Neumann Allen Gutiérrez Bertrand Dias Schwarz Young Ruiz
    Roux Nascimento Zimmermann King Mendoza Vincent Andrade Braun Wright Aguilar Fournier
    Moreira Krüger Scott Ortiz Morel Nunes Hofmann Green Moreno Girard Marques Hartmann Baker
    Castillo André Machado Lange Adams Romero Lefèvre Mendes Schmitt Nelson Álvarez Mercier
    Freitas Werner Hill Chávez Dupont Cardoso Krause Campbell Rivera Lambert Ramos Meier
    Mitchell Juárez Bonnet Gonçalves Lehmann Roberts Domínguez François Santana Köhler Carter
    Herrera Martinez Teixeira Herrmann Phillips Medina Legrand Araújo König Evans Vargas
    Garnier Pinto Walter Turner Castro Faure Monteiro Mayer Rossi Parker Vega Rousseau Correia
    Huber Russo Collins Méndez Blanc Cavalcanti Kaiser Ferrari Edwards Guzmán Guérin Moraes
    Fuchs Esposito Stewart Salazar Muller Azevedo Peters Bianchi Morris Soto Henry Campos Lang
    Romano Murphy Delgado Roussel Borges Scholz Colombo Cook Estrada Nicolas Batista Möller
    Ricci Rogers Peña Perrin Duarte Weiß Marino Morgan Ríos Morin Melo Jung Greco Cooper
    Alvarado Mathieu Farias Hahn Bruno Peterson Contreras Clément Pires Schubert Gallo Reed
    Luna Gauthier Miranda Vogel Conti Bailey Valdez Dumont Cunha Friedrich Costa Bell Ortega
    Fontaine Rezende Keller Giordano Kelly Guerrero Chevalier Nogueira Günther Mancini Howard
    Sandoval Robin Barros Frank Rizzo Ward Carrillo Masson Tavares Berger Lombardi Cox Maldonado
    Sanchez Siqueira Winkler Moretti Richardson Ibarra Noël Coelho Roth Andersson Watson Núñez
    Boyer Vasconcelos Beck Johansson Brooks Fuentes Gérard Macedo Lorenz Karlsson Wood Navarro
    Meunier Xavier Baumann Nilsson James Ramos Dufour Aguiar Franke Eriksson Bennett Cervantes
    Blanchard Peixoto Albrecht Larsson Gray Campos Brun Guimarães Schuster Olsson Mendonça Dean
    Ludwig Persson Hughes Espinoza Gaillard Sales Böhm Svensson Price Lara Barbier Brito Winter
    Gustafsson O'Brien Ochoa Arnaud Queiroz Kraus Pettersson Myers Zamora Lacroix Viana Vogt
    Jonsson Long Velasco Fabre Leite Stein Jansson Foster Rosales Colin Nóbrega Jäger Hansson
    Ross Bautista Lemoine Prado Otto Bengtsson Sanders Cortés Renaud Caldeira Sommer Lindberg
    Powell Trejo Picard Novák Groß Lindström Sullivan Galván Rolland Svoboda Seidel Lindqvist
    Russell Pacheco Lemaire Novotný Heinrich Lindgren Jenkins Montes Giraud Dvořák Brandt Berg
    Perry Nava Leclerc Černý Haas Axelsson Butler Escobar Roche Procházka Schreiber Bergström
    Barnes Barrera Dupuis Kučera Graf Lundberg Fisher Cabrera Lecomte Veselý Schulte Lind
    Henderson Valencia Renard Horák Dietrich Lundgren Coleman Rangel Hubert Němec Ziegler
    Mattsson Simmons Huerta Dumas Pokorný Kuhn Berglund Patterson Villarreal Caron Pospíšil
    Pohl Fredriksson Jordan Tapia Brunet Hájek Engel Sandberg Reynolds Bravo Rey Jelínek Horn
    Henriksson Hamilton Arellano Vidal Král Busch Forsberg Graham Camacho Picot Růžička Bergmann
    Sjöberg McDonald Macías Leblanc Beneš Thomas Wallin Wallace Valenzuela Philippe Fiala Voigt
    Engström Van Marín Aubert Sedláček Sauer Eklund West Zavala Guillot Doležal Arnold Danielsson
    Cole Ávila Marchand Zeman Wolff Lundin Owens Padilla Olivier Kolář Pfeiffer Håkansson";

const CITIES: [&str; 12] = [
    "London",
    "Berlin",
    "Paris",
    "Chicago",
    "São Paulo",
    "Monterrey",
    "Hamburg",
    "Praha",
    "Milano",
    "Malmö",
    "Boston",
    "Lyon",
];

const DOMAINS: [&str; 8] = [
    "gmail.com",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "icloud.com",
    "gmx.de",
    "orange.fr",
    "uol.com.br",
];

const TRADES: &str = "
    Logistics Consulting Foods Software Textiles Pharma Motors Energy Capital Media Systems
    Trading Insurance Partners Studios Robotics Shipping Bakery Hotels Optics Plastics Steel
    Printing Travel Farms Dairy Cosmetics Furniture Security Analytics Aviation Chemicals";

const SYLLABLES: &str = "
    ba be bo da de do fa go ha jo ka ke la le li lo ma me mi mo na ne no pa ra re ri ro sa se
    si so ta te ti to va ve vi wa za ber man sen ski ton ley";

/// How many companies there are.
pub const COMPANIES: usize = 2_000;

/// Whom one in a hundred is.
pub const RARE_TAG: &str = "vip";

/// What people are called, how often.
pub struct People {
    given: Vec<&'static str>,
    family: Vec<&'static str>,
    syllables: Vec<&'static str>,
    trades: Vec<&'static str>,
}

/// One of them.
pub struct Person {
    pub given: String,
    pub family: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub company: Option<String>,
    city: &'static str,
    tags: Vec<&'static str>,
}

impl Person {
    pub fn name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }

    pub fn is_rare(&self) -> bool {
        self.tags.contains(&RARE_TAG)
    }

    /// All that is known.
    pub fn draft(&self) -> Draft {
        let mut draft = Draft::new().name(self.name());
        if let Some(email) = &self.email {
            draft = draft.email(email);
        }
        if let Some(phone) = &self.phone {
            draft = draft.phone(phone);
        }
        if let Some(company) = &self.company {
            draft = draft.text(TextField::Company, company);
        }
        for tag in &self.tags {
            draft = draft.tag(*tag);
        }
        draft.fields.address = Change::Set(AddressPatch {
            city: Change::Set(self.city.to_owned()),
            ..AddressPatch::default()
        });
        draft
    }
}

impl People {
    pub fn new() -> Self {
        let list = |text: &'static str| text.split_whitespace().collect();
        Self {
            given: list(GIVEN),
            family: list(FAMILY),
            syllables: list(SYLLABLES),
            trades: list(TRADES),
        }
    }

    /// The person with a number. No two have the same email or phone.
    pub fn person(&self, number: u64) -> Person {
        let mut dice = Dice::of(number);
        let mut given = self.given(&mut dice);
        if dice.below(100) < 12 {
            given = format!("{given} {}", self.given(&mut dice));
        }
        let family = match dice.below(100) {
            0..15 => self.made_up(&mut dice),
            _ => skewed(&self.family, &mut dice).to_owned(),
        };
        let has = |dice: &mut Dice, of_hundred| dice.below(100) < of_hundred;
        let has_email = has(&mut dice, 70);
        let has_phone = has(&mut dice, 80) || !has_email;
        let works = has(&mut dice, 60);
        let mut tags = Vec::new();
        for (tag, of_hundred) in [("newsletter", 30), (RARE_TAG, 1)] {
            if has(&mut dice, of_hundred) {
                tags.push(tag);
            }
        }
        Person {
            email: has_email.then(|| {
                let domain = DOMAINS[dice.below(DOMAINS.len())];
                format!("{}.{}{number}@{domain}", ascii(&given), ascii(&family))
            }),
            phone: has_phone.then(|| {
                // The factor has no divisor in common with the count of numbers there are.
                format!("+4915{}", 100_000_000 + number * 7_368_787 % 100_000_000)
            }),
            company: works.then(|| self.company(dice.below(COMPANIES))),
            city: CITIES[dice.below(CITIES.len())],
            given,
            family,
            tags,
        }
    }

    fn given(&self, dice: &mut Dice) -> String {
        match dice.below(100) {
            0..5 => self.made_up(dice),
            _ => skewed(&self.given, dice).to_owned(),
        }
    }

    /// One that few have, or nobody else.
    fn made_up(&self, dice: &mut Dice) -> String {
        let count = 2 + dice.below(3);
        let syllables = (0..count).map(|_| self.syllables[dice.below(self.syllables.len())]);
        capital(&syllables.collect::<String>())
    }

    /// The company with a number.
    pub fn company(&self, number: usize) -> String {
        let mut dice = Dice::of(u64::try_from(number).unwrap() + (1 << 40));
        let name = self.made_up(&mut dice);
        let trade = self.trades[dice.below(self.trades.len())];
        format!("{name} {trade} {number}")
    }
}

/// One of a list, by Zipf's law.
fn skewed(list: &[&'static str], dice: &mut Dice) -> &'static str {
    // The integral of 1 / (place + 8).
    let (from, to) = (8_f64.ln(), (list.len() as f64 + 8.0).ln());
    let place = (from + dice.share() * (to - from)).exp() - 8.0;
    list[(place as usize).min(list.len() - 1)]
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_uppercase());
    first.into_iter().flatten().chain(letters).collect()
}

/// The letters that an email can have.
fn ascii(name: &str) -> String {
    let letters = name.to_lowercase();
    letters.nfkd().filter(char::is_ascii_alphanumeric).collect()
}
